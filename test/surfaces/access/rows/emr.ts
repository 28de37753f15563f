import type { Row, Rows } from '../row.ts';
import { LETTER, MEDICINE, made, type World } from '../world.ts';

const chart = ({ records }: World) => ({ patient_id: records.patientId });
const encounter = ({ records }: World) => ({ id: records.encounter });
const prescription = ({ records }: World) => ({ id: records.prescription });
const vitals = ({ records }: World) => ({ id: records.vitals });
const document = ({ records }: World) => ({ id: records.document });
const file = ({ records }: World) => ({ id: records.file });
const emergency = ({ records }: World) => ({ id: records.emergency });
const announcedFile = async (world: World) => ({ id: (await world.announced()).file });

const prescribed = ({ records }: World) => ({
  appointment_id: records.visit,
  items: [MEDICINE],
  duplicate_override_reason: 'The first was lost',
});

async function draft(world: World) {
  const { client } = world.people.doctor;
  return { id: made(await client.post('/api/emr/prescriptions/', prescribed(world))).id };
}

const changeEncounter: Row = {
  codes: '401 403 404 403 200 403',
  at: encounter,
  body: () => ({ status: 'amended', plan: 'Rest', amendment_reason: 'It was left out' }),
};
const changePrescription: Row = {
  codes: '401 403 404 403 200 403',
  at: draft,
  body: () => ({ advice: 'Drink enough' }),
};
const changeDocument: Row = {
  codes: '401 404 404 200 403 404',
  at: document,
  body: () => ({ title: 'Letter of May' }),
};
const changeHistory: Row = {
  codes: '401 404 404 200 200 404',
  at: chart,
  body: () => ({ social_history: 'Does not smoke' }),
};
const changeVitals: Row = { codes: '401 404 404 200 403 404', at: vitals, body: () => ({ heart_rate: 71 }) };

export const EMR: Rows = {
  'GET /api/emr/encounters/': {
    codes: '401 200 200 200+ 200+ 200',
    shows: ({ records }) => records.encounter,
  },
  'POST /api/emr/encounters/': {
    codes: '401 403 404 403 409 403',
    body: ({ records }) => ({ appointment_id: records.visit, assessment: 'Viral infection' }),
  },
  'GET /api/emr/encounters/{id}/': { codes: '401 404 404 200 200 404', at: encounter },
  'PUT /api/emr/encounters/{id}/': changeEncounter,
  'PATCH /api/emr/encounters/{id}/': changeEncounter,
  'GET /api/emr/prescriptions/': {
    codes: '401 200 200 200+ 200+ 200',
    shows: ({ records }) => records.prescription,
  },
  'POST /api/emr/prescriptions/': {
    codes: '401 403 404 403 201 403',
    body: prescribed,
  },
  'GET /api/emr/prescriptions/{id}/': { codes: '401 404 404 200 200 404', at: prescription },
  'PUT /api/emr/prescriptions/{id}/': changePrescription,
  'PATCH /api/emr/prescriptions/{id}/': changePrescription,
  'POST /api/emr/prescriptions/{id}/pdf/': { codes: '401 404 404 200 200 404', at: prescription },
  'GET /api/emr/verify/{code}/': {
    codes: '200 200 200 200 200 200',
    at: ({ records }) => ({ code: records.verificationCode }),
  },
  'GET /api/emr/documents/': { codes: '401 200 200 200+ 200+ 200', shows: ({ records }) => records.document },
  'POST /api/emr/documents/': {
    codes: '401 404 404 201 201 404',
    body: ({ records }) => ({ ...LETTER, patient_id: records.patientId }),
  },
  'GET /api/emr/documents/{id}/': { codes: '401 404 404 200 200 404', at: document },
  'PUT /api/emr/documents/{id}/': changeDocument,
  'PATCH /api/emr/documents/{id}/': changeDocument,
  'GET /api/emr/documents/{id}/download/': { codes: '401 404 404 200 200 404', at: document },
  'DELETE /api/emr/documents/{id}/': {
    codes: '401 404 404 200 404 404',
    at: async (world) => ({ id: (await world.announced()).id }),
  },
  'GET /api/files/{id}/': { codes: '401 404 404 200 404 404', at: file },
  'POST /api/files/{id}/ticket/': { codes: '401 404 404 200 404 404', at: announcedFile },
  'POST /api/files/{id}/complete/': { codes: '401 404 404 202 404 404', at: announcedFile },
  'GET /api/emr/medical-history/{patient_id}/': { codes: '401 404 404 200 200 404', at: chart },
  'PUT /api/emr/medical-history/{patient_id}/': changeHistory,
  'PATCH /api/emr/medical-history/{patient_id}/': changeHistory,
  'GET /api/emr/medical-history/{patient_id}/versions/': { codes: '401 404 404 200 200 404', at: chart },
  'GET /api/emr/vitals/': { codes: '401 200 200 200+ 200+ 200', shows: ({ records }) => records.vitals },
  'POST /api/emr/vitals/': {
    codes: '401 404 404 201 201 404',
    body: ({ records }) => ({ patient_id: records.patientId, heart_rate: 70 }),
  },
  'GET /api/emr/vitals/trends/': {
    codes: '401 404 404 200 200 404',
    query: ({ records }) => `?patient_id=${records.patientId}&measurement=heart_rate`,
  },
  'GET /api/emr/vitals/{id}/': { codes: '401 404 404 200 200 404', at: vitals },
  'PUT /api/emr/vitals/{id}/': changeVitals,
  'PATCH /api/emr/vitals/{id}/': changeVitals,
  'GET /api/emr/summary/{patient_id}/': { codes: '401 404 404 200 200 404', at: chart },
  'GET /api/emr/summary/{patient_id}/pdf/': { codes: '401 404 404 200 200 404', at: chart },
  'POST /api/emr/summary/{patient_id}/pdf/': { codes: '401 404 404 200 200 404', at: chart },
  'GET /api/emr/access-log/{patient_id}/': { codes: '401 404 404 200 404 404', at: chart },
  'GET /api/emr/break-glass/': {
    codes: '401 200 200 200+ 200 200+',
    shows: ({ records }) => records.emergency,
  },
  // Somebody whose records nobody asks for: whoever opens a chart may read it for an hour.
  'POST /api/emr/break-glass/': {
    codes: '401 403 201 403 201 403',
    body: ({ records }) => ({
      patient_id: records.thirdPatientId,
      reason: 'Found unconscious at the station',
    }),
  },
  'GET /api/emr/break-glass/{id}/': { codes: '401 404 404 200 404 200', at: emergency },
  'POST /api/emr/break-glass/{id}/review/': {
    codes: '401 403 403 403 403 200',
    at: emergency,
    body: () => ({ verdict: 'justified' }),
  },
};
