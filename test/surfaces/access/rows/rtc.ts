import type { Params, Row, Rows } from '../row.ts';
import { made, type World } from '../world.ts';

const room = ({ records }: World) => ({ id: records.room });
const newRoom = (world: World) => world.newRoom();

const begin: Row = { codes: '401 403 404 403 200 403', at: newRoom, body: () => ({ status: 'active' }) };

/** A room whose visit has begun. */
async function begun(world: World): Promise<Params> {
  const at = await world.newRoom();
  made(await world.people.doctor.client.post(`/api/rtc/rooms/${at['id']}/start/`));
  return at;
}

const INTERPRETER = { kind: 'interpreter', display_name: 'Mo' };
const FINDINGS = {
  camera: 'ok',
  microphone: 'ok',
  signalling: 'ok',
  turn: 'reachable',
  candidate_types: ['host', 'relay'],
};

/** An interpreter whom the doctor has invited to a visit of their own. */
async function invited(world: World): Promise<{ id: string; guest_id: string; token: string }> {
  const { id = '' } = await world.newRoom();
  const { guest, token } = made(
    await world.people.doctor.client.post(`/api/rtc/rooms/${id}/guests/`, INTERPRETER),
  );
  return { id, guest_id: guest.id, token };
}

const aboutThePatient = ({ people }: World) => ({ participant_id: people.patient.userId });

export const RTC: Rows = {
  'GET /api/rtc/queue/': { codes: '401 403 200 403 200 403' },
  'POST /api/rtc/guests/redeem/': {
    codes: '201 201 201 201 201 201',
    body: async (world) => ({ token: (await invited(world)).token }),
  },
  'POST /api/rtc/guests/join/': {
    codes: '200 200 200 200 200 200',
    body: async (world) => {
      const { token } = await invited(world);
      return { key: made(await world.app.client().post('/api/rtc/guests/redeem/', { token })).key };
    },
  },
  'POST /api/rtc/guests/pre-call-tests/': {
    codes: '201 201 201 201 201 201',
    body: async (world) => {
      const { token } = await invited(world);
      const { key } = made(await world.app.client().post('/api/rtc/guests/redeem/', { token }));
      return { key, ...FINDINGS };
    },
  },
  'GET /api/rtc/rooms/{id}/guests/': { codes: '401 404 404 200 200 200', at: room },
  'POST /api/rtc/rooms/{id}/guests/': {
    codes: '401 404 404 201 201 403',
    at: newRoom,
    body: () => INTERPRETER,
  },
  'DELETE /api/rtc/rooms/{id}/guests/{guest_id}/': { codes: '401 404 404 403 200 403', at: invited },
  'POST /api/rtc/rooms/{id}/admit/': {
    codes: '401 403 404 403 200 403',
    at: begun,
    body: aboutThePatient,
  },
  'POST /api/rtc/rooms/{id}/return-to-waiting/': {
    codes: '401 403 404 403 200 403',
    at: begun,
    body: aboutThePatient,
  },
  'POST /api/rtc/rooms/{id}/delay/': {
    codes: '401 403 404 403 200 403',
    at: newRoom,
    body: () => ({ minutes: 10 }),
  },
  'GET /api/rtc/rooms/{id}/record/': { codes: '401 403 404 403 200 200', at: room },
  'GET /api/rtc/rooms/{id}/pre-call-tests/': { codes: '401 404 404 200 200 200', at: room },
  'POST /api/rtc/rooms/{id}/pre-call-tests/': {
    codes: '401 404 404 201 201 403',
    at: room,
    body: () => FINDINGS,
  },
  'GET /api/rtc/rooms/': { codes: '401 200 200 200+ 200+ 200+', shows: ({ records }) => records.room },
  'POST /api/rtc/rooms/': {
    codes: '401 404 404 201 201 201',
    at: (world) => world.confirmed(),
    body: (_world, _caller, { id }) => ({ appointment_id: id }),
  },
  'POST /api/rtc/rooms/appointment/{id}/': {
    codes: '401 404 404 201 201 201',
    at: (world) => world.confirmed(),
  },
  'GET /api/rtc/rooms/{id}/': { codes: '401 404 404 200 200 200', at: room },
  'GET /api/rtc/rooms/{id}/status/': { codes: '401 404 404 200 200 200', at: room },
  'GET /api/rtc/join-tokens/': { codes: '401 200 200 200 200 403' },
  'POST /api/rtc/join-tokens/': {
    codes: '401 404 404 201 201 403',
    body: ({ records }) => ({ room_id: records.room }),
  },
  'POST /api/rtc/rooms/{id}/join/': { codes: '401 404 404 200 200 403', at: room },
  'GET /api/rtc/rooms/{id}/signals/': { codes: '401 404 404 200 200 403', at: room },
  'GET /api/rtc/signals/': {
    codes: '401 404 404 200 200 403',
    query: ({ records }) => `?room_id=${records.room}`,
  },
  'POST /api/rtc/signals/': {
    codes: '401 404 404 409 409 403',
    body: ({ records }) => ({ type: 'chat', text: 'Hello', room_id: records.room }),
  },
  'PUT /api/rtc/rooms/{id}/': begin,
  'PATCH /api/rtc/rooms/{id}/': begin,
  'POST /api/rtc/rooms/{id}/start/': { codes: '401 403 404 403 200 403', at: newRoom },
  'POST /api/rtc/rooms/{id}/end/': {
    codes: '401 403 404 403 200 403',
    at: begun,
  },
};
