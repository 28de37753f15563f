import type { Bench } from '../bench.ts';
import { PAIRS } from '../cast.ts';
import { httpRequest } from '../http-load.ts';
import { CONNECTIONS, describeScripts, raceAgainstSameSql } from '../same-sql.ts';

const SLOT_MINUTES = 30;

export const booking: Bench = {
  name: 'booking',
  title: 'POST /api/appointments/, each for another slot',
  unit: 'booking',
  async run(openStage) {
    const stage = await openStage();
    const tomorrow = Temporal.Now.zonedDateTimeISO('UTC').add({ days: 1 }).startOfDay().toInstant();
    let count = 0;
    const { scripts, ...result } = await raceAgainstSameSql({
      stage,
      status: 201,
      operationsPerRound: 200,
      period: 1,
      next() {
        const index = count++;
        const pair = stage.pairs[index % PAIRS];
        if (!pair) throw new Error('Nobody is there.');
        const start = tomorrow.add({ minutes: Math.floor(index / PAIRS) * SLOT_MINUTES });
        const { organization, doctor, patient, patientUser, session, accessToken } = pair;
        return {
          kind: 'booking',
          request: httpRequest(
            'POST',
            '/api/appointments/',
            { authorization: `Bearer ${accessToken}` },
            JSON.stringify({ doctor_id: doctor, start: start.toString(), reason: 'A cough that stays' }),
          ),
          values: {
            organization,
            doctor,
            patient,
            patientUser,
            session,
            start: start.toString(),
            end: start.add({ minutes: SLOT_MINUTES }).toString(),
          },
        };
      },
    });
    return {
      ...result,
      conditions: `${CONNECTIONS} connections kept open; statements: ${describeScripts(scripts)}; ${PAIRS} doctors, no two want the same slot`,
    };
  },
};
