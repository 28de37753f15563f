import type { Bench } from '../bench.ts';
import { type Competitor, race } from '../race.ts';
import { RelayLoad, WINDOW } from '../relay-load.ts';
import { openRelays } from '../relays.ts';
import { MESSAGE_BYTES } from '../wires.ts';

const ROUNDS = 5;
/** Of each participant in a round; the gateway lets 300 through at once. */
const MESSAGES = 50;

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
    const loads: RelayLoad[] = [];
    const competitors: Competitor[] = [];
    try {
      for (const { name, process, url, wire } of relays.all) {
        const load = await RelayLoad.open(rooms.map((room) => wire(url, room)));
        loads.push(load);
        competitors.push({
          name,
          run: () => process.sampled(load.participants * MESSAGES, () => load.run(MESSAGES)),
        });
      }
      return {
        ...(await race(competitors, ROUNDS)),
        conditions: `${rooms.length} rooms of two in one process, both sides sending ${MESSAGE_BYTES} bytes, ${WINDOW} on their way; no Redis between processes`,
      };
    } finally {
      for (const load of loads) load.close();
      await relays.stop();
    }
  },
};
