import { newId } from '#kernel';
import type { Bench } from '../bench.ts';
import { type Competitor, race } from '../race.ts';
import { RelayLoad } from '../relay-load.ts';
import { openRelays, type Relay } from '../relays.ts';
import { openRooms } from '../rooms.ts';
import type { Stage } from '../stage.ts';
import { gateway, type RoomOfTwo } from '../wires.ts';

/** Rooms that are entered in a round. */
const ROOMS = 300;
const ROUNDS = 4;
/** Connections that wait while memory is measured. */
const WAITING = 10_000;

export const idle: Bench = {
  name: 'idle',
  title: 'entering rooms, and waiting in them',
  unit: 'connection',
  async run(openStage) {
    const stage = await openStage();
    const relays = await openRelays(stage);
    const enter = async ({ url, wire }: Relay, rooms: readonly RoomOfTwo[]) =>
      RelayLoad.open(rooms.map((room) => wire(url, room)));
    const competitors = relays.all.map(
      (relay): Competitor => ({
        name: relay.name,
        async run() {
          const rooms = await roomsFor(stage, relay, ROOMS);
          let load: RelayLoad | undefined;
          const sample = await relay.process.sampled(ROOMS * 2, async () => {
            load = await enter(relay, rooms);
          });
          load?.close();
          return sample;
        },
      }),
    );
    try {
      const result = await race(competitors, ROUNDS);
      const notes: string[] = [];
      for (const relay of relays.all) {
        const rooms = await roomsFor(stage, relay, WAITING / 2);
        const before = await relay.process.memory();
        const load = await enter(relay, rooms);
        const each = ((await relay.process.memory()) - before) / WAITING;
        load.close();
        notes.push(`${relay.name}: ${(each / 1024).toFixed(1)} KiB of memory for a connection that waits`);
      }
      return {
        ...result,
        conditions: `${ROOMS * 2} connections a round, opened 64 at a time; memory with ${WAITING.toLocaleString('en')} of them`,
        notes,
      };
    } finally {
      await relays.stop();
    }
  },
};

/** The others let anybody into any room. */
async function roomsFor(stage: Stage, { wire }: Relay, count: number): Promise<RoomOfTwo[]> {
  if (wire === gateway) return openRooms(stage, count);
  return Array.from({ length: count }, () => ({ room: newId(), tokens: ['', ''] as const }));
}
