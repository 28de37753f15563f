import type { Kin, KinRow } from '../kin.ts';

const visit = ({ records }: Kin) => ({ id: records.visit });
const coming = ({ records }: Kin) => ({ id: records.coming });
const room = ({ records }: Kin) => ({ id: records.room });
const chart = ({ records }: Kin) => ({ patient_id: records.patientId });
const encounter = ({ records }: Kin) => ({ id: records.encounter });
const prescription = ({ records }: Kin) => ({ id: records.prescription });
const vitals = ({ records }: Kin) => ({ id: records.vitals });
const document = ({ records }: Kin) => ({ id: records.document });

/** What is about a child, by `METHOD path`: the guardian acts as the patient, the others as strangers. */
export const KIN_ROWS: Readonly<Record<string, KinRow>> = {
  'GET /api/appointments/': { codes: '200+ 200 200', shows: ({ records }) => records.visit },
  'GET /api/appointments/upcoming/': { codes: '200+ 200 200', shows: ({ records }) => records.coming },
  'GET /api/appointments/{id}/': { codes: '200 404 404', at: visit },
  'PATCH /api/appointments/{id}/': {
    codes: '200 404 404',
    at: coming,
    body: () => ({ reason: 'A cough' }),
  },
  'GET /api/appointments/{id}/calendar.ics/': { codes: '200 404 404', at: coming },
  'GET /api/appointments/{id}/cancellation-quote/': { codes: '200 404 404', at: coming },
  'GET /api/appointments/{id}/reminders/': { codes: '200 404 404', at: coming },
  'POST /api/appointments/': {
    codes: '201 404 403',
    body: async (kin) => ({
      doctor_id: kin.doctor.doctorId,
      patient_id: kin.records.patientId,
      start: await kin.slot(),
    }),
  },
  'POST /api/appointments/{id}/reschedule/': {
    codes: '200 404 404',
    at: (kin) => kin.another(),
    body: async (kin) => ({ start: await kin.slot() }),
  },
  'POST /api/appointments/{id}/start/': { codes: '403 403 404', at: coming },
  'POST /api/appointments/{id}/end/': { codes: '403 403 404', at: coming },
  'POST /api/appointments/{id}/follow-up/': {
    codes: '403 403 404',
    at: visit,
    body: () => ({ reason: 'See whether the rash has gone', within_days: 14 }),
  },
  'POST /api/appointments/{id}/cancel/': {
    codes: '200 404 404',
    at: (kin) => kin.another(),
    body: () => ({}),
  },
  'GET /api/appointments/waitlist/': { codes: '200+ 200 200', shows: ({ records }) => records.waiting },
  'GET /api/appointments/waitlist/{id}/': {
    codes: '200 404 404',
    at: ({ records }) => ({ id: records.waiting }),
  },
  'GET /api/patients/dependants/{id}/': {
    codes: '200 404 403',
    at: ({ records }) => ({ id: records.patientId }),
  },
  'GET /api/emr/access-log/{patient_id}/': { codes: '200 404 404', at: chart },
  'GET /api/emr/documents/': {
    codes: '200+ 200 200',
    shows: ({ records }) => records.document,
  },
  'GET /api/emr/documents/{id}/': { codes: '200 404 404', at: document },
  'GET /api/emr/documents/{id}/download/': { codes: '200 404 404', at: document },
  'GET /api/emr/encounters/': {
    codes: '200+ 200 200',
    shows: ({ records }) => records.encounter,
  },
  'GET /api/emr/encounters/{id}/': { codes: '200 404 404', at: encounter },
  'PUT /api/emr/encounters/{id}/': { codes: '403 403 404', at: encounter, body: () => ({ plan: 'Rest' }) },
  'GET /api/emr/medical-history/{patient_id}/': { codes: '200 404 404', at: chart },
  'PUT /api/emr/medical-history/{patient_id}/': {
    codes: '200 404 404',
    at: chart,
    body: () => ({ social_history: 'Does not smoke' }),
  },
  'GET /api/emr/prescriptions/{id}/': { codes: '200 404 404', at: prescription },
  'POST /api/emr/prescriptions/{id}/pdf/': { codes: '200 404 404', at: prescription },
  'GET /api/emr/summary/{patient_id}/': { codes: '200 404 404', at: chart },
  'POST /api/emr/summary/{patient_id}/pdf/': { codes: '200 404 404', at: chart },
  'GET /api/emr/vitals/{id}/': { codes: '200 404 404', at: vitals },
  'PATCH /api/emr/vitals/{id}/': { codes: '200 404 404', at: vitals, body: () => ({ heart_rate: 91 }) },
  'POST /api/emr/vitals/': {
    codes: '201 404 404',
    body: ({ records }) => ({ patient_id: records.patientId, heart_rate: 92 }),
  },
  'GET /api/files/{id}/': { codes: '200 404 404', at: ({ records }) => ({ id: records.file }) },
  'GET /api/payments/transactions/{id}/': {
    codes: '200 404 404',
    at: ({ records }) => ({ id: records.transaction }),
  },
  'GET /api/rtc/rooms/{id}/': { codes: '200 404 404', at: room },
  'GET /api/rtc/rooms/{id}/status/': { codes: '200 404 404', at: room },
  'POST /api/rtc/rooms/{id}/join/': { codes: '200 404 404', at: room },
  'POST /api/rtc/rooms/{id}/start/': { codes: '403 403 404', at: room },
  'POST /api/rtc/rooms/{id}/end/': { codes: '403 403 404', at: room },
};
