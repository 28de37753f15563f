import { SUBPROTOCOL, SUBPROTOCOL_TOKEN_PREFIX } from '#rtc';
import type { Bench } from '../bench.ts';
import type { Pair } from '../cast.ts';
import { MeasuredProcess } from '../measured-process.ts';
import { type Competitor, race } from '../race.ts';
import { MESSAGE_BYTES, RelayLoad, type Seat, WINDOW } from '../relay-load.ts';

const ROUNDS = 5;
/** Of each participant in a round; the gateway lets 300 through at once. */
const MESSAGES = 50;

export const relay: Bench = {
  name: 'relay',
  title: 'the signal relay, /ws/rtc/{room_id}/',
  unit: 'message',
  async run(openStage) {
    const { api, url, pairs } = await openStage();
    const bare = new MeasuredProcess('bench/programs/bare-relay.ts', {});
    const parsed = new MeasuredProcess('bench/programs/bare-relay.ts', { PARSED: '1' });
    const [bareUrl, parsedUrl] = await Promise.all([bare, parsed].map(urlOf));
    const gatewayUrl = `${url.replace('http', 'ws')}/ws/rtc`;
    const contestants = [
      {
        name: 'the gateway',
        process: api,
        load: await RelayLoad.open(
          pairs.map((pair) => seatsAt(gatewayUrl, pair)),
          true,
        ),
      },
      { name: 'bare ws relay', process: bare, load: await bareLoad(bareUrl, pairs) },
      { name: 'ws relay that parses and stamps', process: parsed, load: await bareLoad(parsedUrl, pairs) },
    ];
    const competitors: Competitor[] = contestants.map(({ name, process, load }) => ({
      name,
      run: () => process.sampled(load.participants * MESSAGES, () => load.run(MESSAGES)),
    }));
    try {
      return {
        ...(await race(competitors, ROUNDS)),
        conditions: `${pairs.length} rooms of two in one process, both sides sending ${MESSAGE_BYTES} bytes, ${WINDOW} on their way; no Redis between processes`,
      };
    } finally {
      for (const { load } of contestants) load.close();
      await Promise.all([bare.stop(), parsed.stop()]);
    }
  },
};

async function urlOf(program: MeasuredProcess): Promise<string> {
  return (await program.told<{ url: string }>({ relay: 'ready' })).url;
}

function seatsAt(url: string, { room, doctorJoinToken, patientJoinToken }: Pair): [Seat, Seat] {
  const seat = (token: string) => ({
    url: `${url}/${room}/`,
    protocols: [SUBPROTOCOL, `${SUBPROTOCOL_TOKEN_PREFIX}${token}`],
  });
  return [seat(doctorJoinToken), seat(patientJoinToken)];
}

function bareLoad(url: string | undefined, pairs: readonly Pair[]): Promise<RelayLoad> {
  const seat = (room: string): Seat => ({ url: `${url}/${room}`, protocols: [] });
  return RelayLoad.open(
    pairs.map(({ room }) => [seat(room), seat(room)]),
    false,
  );
}
