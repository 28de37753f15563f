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
  'DELETE /api/patients/dependants/{id}/': {
    codes: '401 404 403 200 403 403',
    at: async ({ people }) => {
      const child = { ...CHILD, first_name: 'Ana' };
      return { id: made(await people.patient.client.post('/api/patients/dependants/', child)).id };
    },
  },
};
