import type { Bench } from '../bench.ts';
import { PAIRS, PAST_VISITS } from '../cast.ts';
import { httpRequest } from '../http-load.ts';
import { CONNECTIONS, describeScripts, raceAgainstSameSql } from '../same-sql.ts';

export const apiRead: Bench = {
  name: 'api-read',
  title: 'GET /api/appointments/{id}/, by the patient',
  unit: 'request',
  async run(openStage) {
    const stage = await openStage();
    let count = 0;
    const { scripts, ...result } = await raceAgainstSameSql({
      stage,
      status: 200,
      operationsPerRound: 1000,
      period: 1,
      next() {
        const pair = stage.pairs[count++ % PAIRS];
        if (!pair) throw new Error('Nobody is there.');
        const { appointment, patientUser, session, accessToken } = pair;
        return {
          kind: 'visit',
          request: httpRequest('GET', `/api/appointments/${appointment}/`, {
            authorization: `Bearer ${accessToken}`,
          }),
          values: { appointment, patientUser, session },
        };
      },
    });
    return {
      ...result,
      conditions: `${CONNECTIONS} connections kept open; statements: ${describeScripts(scripts)}; ${PAIRS * (PAST_VISITS + 1)} visits in the table`,
    };
  },
};
