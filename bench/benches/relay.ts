import type { Bench } from '../bench.ts';
import { type Competitor, percentile, race, type Spread, spread } from '../race.ts';
import { RelayLoad, WINDOW } from '../relay-load.ts';
import { openRelays } from '../relays.ts';
import { MESSAGE_BYTES } from '../wires.ts';

const ROUNDS = 5;
/** Of each participant in a round; the gateway lets 300 through at once. */
const MESSAGES = 50;
/** Of each before the race: then the gateway keeps as much of every room as it ever does, for replay. */
const FILLING = 300;

/** Messages a second of all participants while it is measured how long one takes. */
const PACE = 4_000;
/**
 * Turns are short: a process that others keep waiting for 8 s shrinks its heap, and pays for it in its next turn.
 * Steady load is what is compared.
 */
const PACED_SECONDS = 1;
const PACED_ROUNDS = 12;

export const relay: Bench = {
  name: 'relay',
  title: 'the signal relay, /ws/rtc/{room_id}/',
  unit: 'message',
  async run(openStage) {
    const stage = await openStage();
    const rooms = stage.pairs.map(({ room, doctorJoinToken, patientJoinToken }) => ({
      room,
      tokens: [doctorJoinToken, patientJoinToken] as const,
    }));
    const relays = await openRelays(stage);
    const runners: Runner[] = [];
    const competitors: Competitor[] = [];
    try {
      for (const { name, process, url, wire } of relays.all) {
        const load = await RelayLoad.open(rooms.map((room) => wire(url, room)));
        await load.run(FILLING);
        runners.push({ name, load });
        competitors.push({
          name,
          run: () => process.sampled(load.participants * MESSAGES, () => load.run(MESSAGES)),
        });
      }
      const result = await race(competitors, ROUNDS);
      return {
        ...result,
        conditions: `${rooms.length} rooms of two in one process, both sides sending ${MESSAGE_BYTES} bytes, ${WINDOW} on their way; no Redis between processes`,
        notes: await latencies(runners),
      };
    } finally {
      for (const { load } of runners) load.close();
      await relays.stop();
    }
  },
};

interface Runner {
  readonly name: string;
  readonly load: RelayLoad;
}

/** How long a message takes at the same load, in interleaved rounds as in a race; the first does not count. */
async function latencies(runners: readonly Runner[]): Promise<string[]> {
  const p50s = runners.map((): number[] => []);
  const p99s = runners.map((): number[] => []);
  for (let round = 0; round <= PACED_ROUNDS; round++) {
    for (let turn = 0; turn < runners.length; turn++) {
      const who = (round + turn) % runners.length;
      const took = await (runners[who] as Runner).load.pace(PACE, PACED_SECONDS);
      if (round === 0) continue;
      p50s[who]?.push(percentile(took, 0.5));
      p99s[who]?.push(percentile(took, 0.99));
    }
  }
  const [own = [], ...others] = p99s;
  return [
    `at ${PACE.toLocaleString('en')} messages a second, ${PACED_ROUNDS} rounds, from one participant to the other:`,
    ...runners.map(
      ({ name }, who) =>
        `${name}: half within ${ms(spread(p50s[who] ?? []))}, 99 in 100 within ${ms(spread(p99s[who] ?? []))}`,
    ),
    ...others.map((other, index) => {
      const ratio = spread(other.map((p99, round) => (own[round] as number) / p99));
      return `the gateway's 99th percentile is ${ratio.median.toFixed(2)} × that of ${runners[index + 1]?.name}`;
    }),
  ];
}

function ms({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} ms (${min.toFixed(2)} to ${max.toFixed(2)})`;
}
