import type { Row, Rows } from '../row.ts';
import { type World, waitingFor } from '../world.ts';

const visit = ({ records }: World) => ({ id: records.visit });
const coming = ({ records }: World) => ({ id: records.roomVisit });
const waiting = ({ records }: World) => ({ id: records.waiting });

/** The patient may write the reason, the doctor the notes. */
const change: Row = {
  codes: '401 404 404 200 200 403',
  at: coming,
  body: (_, caller) => (caller.endsWith('doctor') ? { notes: 'Ask for the scan' } : { reason: 'A cough' }),
};

export const APPOINTMENTS: Rows = {
  'GET /api/appointments/': { codes: '401 200 200 200+ 200+ 200+', shows: ({ records }) => records.visit },
  'GET /api/appointments/upcoming/': {
    codes: '401 200 200 200+ 200+ 200+',
    shows: ({ records }) => records.roomVisit,
  },
  'GET /api/appointments/slots/': { codes: '401 200 200 200 200 200' },
  'GET /api/appointments/{id}/': { codes: '401 404 404 200 200 200', at: visit },
  'GET /api/appointments/{id}/calendar.ics/': { codes: '401 404 404 200 200 403', at: coming },
  'GET /api/appointments/{id}/cancellation-quote/': { codes: '401 404 404 200 200 200', at: coming },
  'GET /api/appointments/{id}/reminders/': { codes: '401 404 404 200 200 200', at: coming },
  'PUT /api/appointments/{id}/': change,
  'PATCH /api/appointments/{id}/': change,
  'POST /api/appointments/': {
    codes: '401 201 403 201 403 403',
    body: async (world) => {
      const doctor_id = world.people.doctor.doctorId;
      return { doctor_id, start: await world.slot(doctor_id), reason: 'A cough' };
    },
  },
  'POST /api/appointments/{id}/accept/': {
    codes: '401 404 403 402 403 403',
    at: (world) => world.proposed(),
  },
  'POST /api/appointments/{id}/cancel/': {
    codes: '401 404 404 200 409 409',
    at: (world) => world.confirmed(),
    body: () => ({}),
  },
  'POST /api/appointments/{id}/reschedule/': {
    codes: '401 404 404 200 200 200',
    at: (world) => world.confirmed(),
    body: async (world) => ({ start: await world.slot(world.people.doctor.doctorId) }),
  },
  'POST /api/appointments/{id}/start/': {
    codes: '401 403 404 403 200 403',
    at: (world) => world.confirmed(),
  },
  'POST /api/appointments/{id}/end/': { codes: '401 403 404 403 200 403', at: (world) => world.started() },
  'POST /api/appointments/{id}/follow-up/': {
    codes: '401 403 404 403 201 403',
    at: visit,
    body: () => ({ reason: 'See whether the rash has gone', within_days: 14 }),
  },
  'GET /api/calendar/feed/': { codes: '401 404 404 200 404 403', at: (world) => world.calendar() },
  'POST /api/calendar/feed/': { codes: '401 201 201 201 201 403' },
  'DELETE /api/calendar/feed/': { codes: '401 200 200 200 200 403' },
  'GET /api/calendar/{token}/visits.ics/': {
    codes: '200 200 200 200 200 200',
    at: (world) => world.calendar(),
  },
  'GET /api/appointments/waitlist/': {
    codes: '401 200 200 200+ 200+ 200+',
    shows: ({ records }) => records.waiting,
  },
  'POST /api/appointments/waitlist/': {
    codes: '401 201 403 409 403 403',
    body: ({ people }) => waitingFor(people.doctor),
  },
  'GET /api/appointments/waitlist/{id}/': { codes: '401 404 404 200 200 200', at: waiting },
  'DELETE /api/appointments/waitlist/{id}/': { codes: '401 404 404 200 403 200', at: waiting },
};
