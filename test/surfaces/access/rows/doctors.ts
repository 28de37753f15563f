import { DOCTOR_PROFILE, LICENSE } from '../../../support/people.ts';
import type { Row, Rows } from '../row.ts';
import { made, type World } from '../world.ts';

const doctor = ({ people }: World) => ({ id: people.doctor.doctorId });
const review = (world: World) => ({ ...doctor(world), review_id: world.records.review });
const hours = ({ records }: World) => ({ id: records.hours });

/** A day on which nobody has a visit. */
const away = (years: number) => ({
  type: 'off',
  date: Temporal.Now.plainDateISO('UTC').add({ years }).toString(),
  time_zone: 'UTC',
});

async function oneDayAway({ people }: World) {
  return { id: made(await people.doctor.client.post('/api/doctors/availability/', away(1))).id };
}

/** Which row comes first matters here: the reply before it is taken back, the review last. */
const REVIEWS: Rows = {
  'GET /api/doctors/{id}/reviews/': {
    codes: '200+ 200+ 200+ 200+ 200+ 200+',
    at: doctor,
    shows: ({ records }) => records.review,
  },
  'GET /api/doctors/{id}/reviews/summary/': { codes: '200 200 200 200 200 200', at: doctor },
  'GET /api/doctors/{id}/reviews/{review_id}/': { codes: '200 200 200 200 200 200', at: review },
  'POST /api/doctors/{id}/reviews/create/': {
    codes: '401 404 403 409 403 403',
    at: doctor,
    body: ({ records }) => ({ rating: 4, comment: 'Good.', appointment_id: records.visit }),
  },
  'PUT /api/doctors/{id}/reviews/{review_id}/': {
    codes: '401 403 403 200 403 403',
    at: review,
    body: () => ({ rating: 5 }),
  },
  'PATCH /api/doctors/{id}/reviews/{review_id}/': {
    codes: '401 403 403 200 403 403',
    at: review,
    body: () => ({ rating: 4 }),
  },
  'PUT /api/doctors/{id}/reviews/{review_id}/reply/': {
    codes: '401 403 403 403 200 403',
    at: review,
    body: () => ({ text: 'Thank you.' }),
  },
  'DELETE /api/doctors/{id}/reviews/{review_id}/reply/': { codes: '401 403 403 403 200 403', at: review },
  'POST /api/doctors/{id}/reviews/{review_id}/report/': {
    codes: '401 201 201 403 201 201',
    at: review,
    body: () => ({ reason: 'spam' }),
  },
  'GET /api/doctors/reviews/moderation/': {
    codes: '401 403 403 403 403 200+',
    shows: ({ records }) => records.review,
  },
  // From here on it is hidden: a review that everybody sees is not told as missing.
  'POST /api/doctors/{id}/reviews/{review_id}/moderate/': {
    codes: '401 403 403 403 403 200',
    at: review,
    body: () => ({ status: 'hidden', reason: 'Spam' }),
  },
  'DELETE /api/doctors/{id}/reviews/{review_id}/': { codes: '401 404 403 200 403 403', at: review },
};

const changeHours: Row = {
  codes: '401 403 404 403 200 403',
  at: hours,
  body: () => ({ start_time: '00:00' }),
};
const changeProfile: Row = { codes: '401 403 200 403 200 403', body: () => ({ bio: 'Listens first.' }) };

export const DOCTORS: Rows = {
  'GET /api/doctors/': {
    codes: '200+ 200+ 200+ 200+ 200+ 200+',
    shows: ({ people }) => people.doctor.doctorId,
  },
  'GET /api/doctors/specialties/': { codes: '200 200 200 200 200 200' },
  'GET /api/doctors/languages/': { codes: '200 200 200 200 200 200' },
  'GET /api/doctors/{id}/': { codes: '200 200 200 200 200 200', at: doctor },
  'GET /api/doctors/{id}/availability/': { codes: '200 200 200 200 200 200', at: doctor },
  'POST /api/doctors/register/': {
    codes: '401 201 201 201 201 201',
    newcomers: true,
    body: () => DOCTOR_PROFILE,
  },
  'GET /api/doctors/profile/': { codes: '401 403 200 403 200 403' },
  'PUT /api/doctors/profile/': changeProfile,
  'PATCH /api/doctors/profile/': changeProfile,
  'GET /api/doctors/availability/': {
    codes: '401 403 200 403 200+ 403',
    shows: ({ records }) => records.hours,
  },
  'POST /api/doctors/availability/': {
    codes: '401 403 201 403 201 403',
    body: () => away(2),
  },
  'GET /api/doctors/availability/{id}/': { codes: '401 403 404 403 200 403', at: hours },
  'PUT /api/doctors/availability/{id}/': changeHours,
  'PATCH /api/doctors/availability/{id}/': changeHours,
  'DELETE /api/doctors/availability/{id}/': { codes: '401 403 404 403 200 403', at: oneDayAway },
  ...REVIEWS,
  'GET /api/doctors/kyc/': {
    codes: '401 403 403 403 403 200+',
    shows: ({ people }) => people.doctor.doctorId,
  },
  'GET /api/doctors/{id}/kyc/': { codes: '401 403 404 403 200 200', at: doctor },
  'POST /api/doctors/kyc/update/': {
    codes: '401 403 200 403 200 409',
    body: ({ people }, caller) =>
      caller === 'administrator' ? { doctor_id: people.doctor.doctorId, status: 'approved' } : LICENSE,
  },
};
