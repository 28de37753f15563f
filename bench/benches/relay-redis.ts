import { Redis } from 'ioredis';
import { startRedis } from '../../test/system/support/programs.ts';
import type { Bench } from '../bench.ts';
import { type MeasuredProcess, sampledTogether } from '../measured-process.ts';
import { type Competitor, race } from '../race.ts';
import { RelayLoad, WINDOW } from '../relay-load.ts';
import { openRooms } from '../rooms.ts';
import { openServer } from '../stage.ts';
import { gateway, MESSAGE_BYTES, type RoomOfTwo, type Seat } from '../wires.ts';

const ROUNDS = 5;
const ROOMS = 200;
/** Of each participant in a round. */
const MESSAGES = 30;

/** Processes that share a load, and where the two of a room are connected. */
interface Side {
  readonly name: string;
  readonly processes: readonly [MeasuredProcess, ...MeasuredProcess[]];
  readonly seats: (room: RoomOfTwo) => readonly [Seat, Seat];
}

export const relayRedis: Bench = {
  name: 'relay-redis',
  title: 'the signal relay over two processes',
  unit: 'message',
  async run(openStage) {
    const stage = await openStage();
    const redis = await startRedis();
    const settings = { REDIS_URL: `redis://127.0.0.1:${redis.port}` };
    const open = () => openServer(stage.databaseUrl, async () => undefined, settings);
    const [one, two] = [await open(), await open()];
    const loads: RelayLoad[] = [];
    const admin = new Redis(redis.port, '127.0.0.1');
    const redisCpu = new Map<string, number>();
    const at = (url: string) => `${url.replace('http', 'ws')}/ws/rtc`;
    const sides: Side[] = [
      {
        name: 'two processes over Redis',
        processes: [one.api, two.api],
        // The two of a room sit on different processes.
        seats: (room) => [gateway(at(one.url), room)[0], gateway(at(two.url), room)[1]],
      },
      {
        name: 'one process over Redis',
        processes: [one.api],
        seats: (room) => gateway(at(one.url), room),
      },
      {
        name: 'one process without Redis',
        processes: [stage.api],
        seats: (room) => gateway(at(stage.url), room),
      },
    ];
    try {
      const competitors: Competitor[] = [];
      for (const { name, processes, seats } of sides) {
        const load = await RelayLoad.open((await openRooms(stage, ROOMS)).map(seats));
        loads.push(load);
        competitors.push({
          name,
          async run() {
            const before = await cpuSeconds(admin);
            const operations = load.participants * MESSAGES;
            const sample = await sampledTogether(processes, operations, () => load.run(MESSAGES));
            redisCpu.set(name, (((await cpuSeconds(admin)) - before) / operations) * 1e6);
            return sample;
          },
        });
      }
      const result = await race(competitors, ROUNDS);
      const [toOne] = result.ratios;
      const allowed = 2 / (toOne?.cpu.median ?? Number.NaN);
      return {
        ...result,
        conditions: `${ROOMS} rooms of two, both sides sending ${MESSAGE_BYTES} bytes, ${WINDOW} on their way; of two processes each has one side of every room, and their CPU is added up`,
        notes: [
          ...[...redisCpu].map(
            ([name, cpu]) => `Redis itself, ${name}: ${cpu.toFixed(1)} µs of CPU per message`,
          ),
          `by their CPU two processes would carry ${allowed.toFixed(2)} × what one does, each on a core of its own`,
        ],
      };
    } finally {
      for (const load of loads) load.close();
      admin.disconnect();
      await Promise.all([one.stop(), two.stop()]);
      await redis.close();
    }
  },
};

/** Of Redis, since it was started. */
async function cpuSeconds(admin: Redis): Promise<number> {
  const told = await admin.info('cpu');
  const read = (name: string) => Number(new RegExp(`^${name}:(.*)$`, 'm').exec(told)?.[1]);
  return read('used_cpu_user') + read('used_cpu_sys');
}
