import type { Row, Rows } from '../row.ts';
import type { World } from '../world.ts';

const room = ({ records }: World) => ({ id: records.room });
const newRoom = (world: World) => world.newRoom();

const begin: Row = { codes: '401 403 404 403 200 403', at: newRoom, body: () => ({ status: 'active' }) };

export const RTC: Rows = {
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
    at: async (world) => {
      const at = await world.newRoom();
      await world.people.doctor.client.post(`/api/rtc/rooms/${at['id']}/start/`);
      return at;
    },
  },
};
