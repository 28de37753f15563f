import type { Row, Rows } from '../row.ts';
import { made, WORDS, type World } from '../world.ts';

const notification = (world: World) => world.notification();
const bulk = ({ records }: World) => ({ id: records.bulk });

/** A browser of the patient's. */
async function browser({ push, people }: World) {
  const { endpoint, keys } = push.subscribe();
  made(await people.patient.client.post('/api/notifications/push/subscriptions/', { endpoint, keys }));
  return { endpoint };
}

const markRead: Row = { codes: '401 404 404 200 404 404', at: notification, body: () => ({ read: true }) };
const prefer: Row = { codes: '401 200 200 200 200 200', body: () => ({ quiet_hours: null }) };

export const NOTIFICATIONS: Rows = {
  'GET /api/notifications/': {
    codes: '401 200 200 200+ 200 200',
    at: notification,
    shows: (_, { id = '' }) => id,
  },
  'GET /api/notifications/unread/': {
    codes: '401 200 200 200+ 200 200',
    at: notification,
    shows: (_, { id = '' }) => id,
  },
  'GET /api/notifications/{id}/': { codes: '401 404 404 200 404 404', at: notification },
  'PUT /api/notifications/{id}/': markRead,
  'PATCH /api/notifications/{id}/': markRead,
  'POST /api/notifications/{id}/read/': { codes: '401 404 404 200 404 404', at: notification },
  'DELETE /api/notifications/{id}/': { codes: '401 404 404 200 404 404', at: notification },
  'POST /api/notifications/mark-all-read/': { codes: '401 200 200 200 200 200', body: () => ({}) },
  'GET /api/notifications/preferences/': { codes: '401 200 200 200 200 200' },
  'PUT /api/notifications/preferences/': prefer,
  'PATCH /api/notifications/preferences/': prefer,
  'GET /api/notifications/push/key/': { codes: '401 200 200 200 200 200' },
  'POST /api/notifications/push/subscriptions/': {
    codes: '401 201 201 201 201 201',
    body: ({ push }) => push.subscribe(),
  },
  'DELETE /api/notifications/push/subscriptions/': {
    codes: '401 404 404 200 404 404',
    at: browser,
    body: (_world, _caller, at) => at,
  },
  'GET /api/notifications/stream/': { codes: '401 200 200 200 200 200' },
  'POST /api/notifications/stream/ticket/': { codes: '401 201 201 201 201 201' },
  'POST /api/notifications/': {
    codes: '401 403 403 403 403 201',
    body: ({ people }) => ({ ...WORDS, user_id: people.patient.userId }),
  },
  'POST /api/notifications/send/': {
    codes: '401 403 403 403 403 201',
    body: ({ people }) => ({ ...WORDS, user_id: people.patient.userId }),
  },
  'POST /api/notifications/send-bulk/': {
    codes: '401 403 403 403 403 202',
    body: ({ people }) => ({ ...WORDS, user_ids: [people.doctor.userId] }),
  },
  'GET /api/notifications/bulk/{id}/': { codes: '401 403 403 403 403 200', at: bulk },
  'POST /api/notifications/bulk/{id}/cancel/': { codes: '401 403 403 403 403 409', at: bulk },
  'GET /api/notifications/stats/': { codes: '401 403 403 403 403 200' },
  'GET /api/notifications/deliveries/': {
    codes: '401 403 403 403 403 200+',
    shows: ({ records }) => records.delivery,
  },
  'POST /api/notifications/deliveries/{id}/retry/': {
    codes: '401 403 403 403 403 409',
    at: ({ records }) => ({ id: records.delivery }),
  },
};
