import type { Bench } from '../bench.ts';
import { PAIRS, PAST_VISITS } from '../cast.ts';
import { httpRequest } from '../http-load.ts';
import { CONNECTIONS, raceAgainstSameSql } from '../same-sql.ts';

export const apiRead: Bench = {
  name: 'api-read',
  title: 'GET /api/appointments/{id}/, by the patient',
  unit: 'request',
  async run(openStage) {
    const stage = await openStage();
    let count = 0;
    const { statements, ...result } = await raceAgainstSameSql({
      stage,
      status: 200,
      operationsPerRound: 1000,
      next() {
        const pair = stage.pairs[count++ % PAIRS];
        if (!pair) throw new Error('Nobody is there.');
        const { appointment, patientUser, session, accessToken } = pair;
        return {
          request: httpRequest('GET', `/api/appointments/${appointment}/`, {
            authorization: `Bearer ${accessToken}`,
          }),
          values: { appointment, patientUser, session },
        };
      },
    });
    return {
      ...result,
      conditions: `${CONNECTIONS} connections kept open; ${statements.length} statements; ${PAIRS * (PAST_VISITS + 1)} visits in the table`,
    };
  },
};
