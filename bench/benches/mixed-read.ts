import type { Bench } from '../bench.ts';
import { PAIRS, PAST_VISITS } from '../cast.ts';
import { httpRequest } from '../http-load.ts';
import { CONNECTIONS, describeScripts, raceAgainstSameSql } from '../same-sql.ts';
import type { Stage } from '../stage.ts';

type Pair = Stage['pairs'][number];

/** What a patient's app asks of a server, as often as it does: ten requests. */
const MIX: readonly (readonly [kind: string, path: (pair: Pair) => string])[] = [
  ['upcoming', () => '/api/appointments/upcoming/'],
  ['visit', ({ appointment }) => `/api/appointments/${appointment}/`],
  ['unread', () => '/api/notifications/unread/'],
  ['doctor', ({ doctor }) => `/api/doctors/${doctor}/`],
  ['visit', ({ appointment }) => `/api/appointments/${appointment}/`],
  ['profile', () => '/api/auth/me/'],
  ['list', () => '/api/appointments/'],
  ['visit', ({ appointment }) => `/api/appointments/${appointment}/`],
  ['unread', () => '/api/notifications/unread/'],
  ['doctor', ({ doctor }) => `/api/doctors/${doctor}/`],
];

export const mixedRead: Bench = {
  name: 'mixed-read',
  title: 'what a patient’s app reads, ten requests of six kinds',
  unit: 'request',
  async run(openStage) {
    const stage = await openStage();
    let count = 0;
    const { scripts, ...result } = await raceAgainstSameSql({
      stage,
      status: 200,
      operationsPerRound: 1000,
      period: MIX.length,
      next() {
        const index = count++;
        const pair = stage.pairs[Math.floor(index / MIX.length) % PAIRS];
        const [kind, path] = MIX[index % MIX.length] ?? [];
        if (!pair || !kind || !path) throw new Error('Nobody is there.');
        const { appointment, doctor, patientUser, session, accessToken } = pair;
        return {
          kind,
          request: httpRequest('GET', path(pair), { authorization: `Bearer ${accessToken}` }),
          values: { appointment, doctor, patientUser, session },
        };
      },
    });
    return {
      ...result,
      conditions: `${CONNECTIONS} connections kept open; statements: ${describeScripts(scripts)}; ${PAIRS * (PAST_VISITS + 1)} visits in the table`,
    };
  },
};
