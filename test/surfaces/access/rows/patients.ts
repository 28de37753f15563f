import type { Row, Rows } from '../row.ts';
import { CHILD, made, type World } from '../world.ts';

const dependant = ({ records }: World) => ({ id: records.dependant });
const change: Row = { codes: '401 404 403 200 403 403', at: dependant, body: () => ({ first_name: 'Cléo' }) };

export const PATIENTS: Rows = {
  'GET /api/patients/dependants/': {
    codes: '401 200 403 200+ 403 403',
    shows: ({ records }) => records.dependant,
  },
  'POST /api/patients/dependants/': {
    codes: '401 201 403 201 403 403',
    body: () => ({ ...CHILD, first_name: 'Max' }),
  },
  'GET /api/patients/dependants/{id}/': { codes: '401 404 403 200 403 403', at: dependant },
  'PUT /api/patients/dependants/{id}/': change,
  'PATCH /api/patients/dependants/{id}/': change,
  'GET /api/patients/dependants/{id}/handover/': {
    codes: '401 404 403 200 403 403',
    at: (world) => world.offered(),
  },
  'POST /api/patients/dependants/{id}/handover/': {
    codes: '401 404 403 201 403 403',
    at: (world) => world.adult(),
    body: () => ({ email: 'grown-up@example.test' }),
  },
  'DELETE /api/patients/dependants/{id}/handover/': {
    codes: '401 404 403 200 403 403',
    at: (world) => world.offered(),
  },
  'GET /api/patients/handovers/': {
    codes: '401 200 403 200+ 403 403',
    at: (world) => world.handover(),
    shows: (_, { id = '' }) => id,
  },
  // The patient has a chart with records already.
  'POST /api/patients/handovers/{id}/accept/': {
    codes: '401 404 403 409 403 403',
    at: (world) => world.handover(),
  },
  'POST /api/patients/handovers/{id}/decline/': {
    codes: '401 404 403 200 403 403',
    at: (world) => world.handover(),
  },
  'DELETE /api/patients/dependants/{id}/': {
    codes: '401 404 403 200 403 403',
    at: async ({ people }) => {
      const child = { ...CHILD, first_name: 'Ana' };
      return { id: made(await people.patient.client.post('/api/patients/dependants/', child)).id };
    },
  },
};
