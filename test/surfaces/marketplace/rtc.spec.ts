import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { AppointmentConfirmed } from '#appointments';
import { newId } from '#kernel';
import { Jobs } from '#platform';
import { startTestApp, type TestApp } from '../../support/app.ts';
import {
  book,
  type DoctorPerson,
  PASSWORD,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import { grantFor, RtcPeer } from '../../support/rtc-peer.ts';
import { confirmedVisit, visitWithRoom } from '../../support/visits.ts';

const ID = expect.stringMatching(/^[0-9a-f-]{36}$/);
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('rtc', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let otherDoctor: DoctorPerson;
  let patient: Person;
  let stranger: Person;

  before(async () => {
    app = await startTestApp({
      ALLOWED_ORIGINS: 'https://app.example.org',
      TURN_URLS: 'turn:turn.example.org:3478',
      TURN_SECRET: 'turn-secret',
    });
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin, { name: 'Dr. Dora' });
    otherDoctor = await registerDoctor(app, admin);
    patient = await register(app, 'patient', { first_name: 'Ann', last_name: 'Lee' });
    stranger = await register(app);
  });
  after(() => app.close());

  let slot = 0;
  /** A confirmed visit of the patient with the doctor, and its room. */
  const newRoom = () => visitWithRoom(app, patient, doctor, slot++);
  const socketUrl = (roomId: string) => `${app.url.replace('http', 'ws')}/ws/rtc/${roomId}/`;
  const start = async (roomId: string) => {
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(200);
  };

  /** Both in the room and the visit begun. */
  async function meeting(): Promise<{ id: string; roomId: string; doctors: RtcPeer; patients: RtcPeer }> {
    const { id, roomId } = await newRoom();
    const patients = await RtcPeer.join(patient, roomId);
    const doctors = await RtcPeer.join(doctor, roomId);
    await patients.next('participant-joined');
    await start(roomId);
    await Promise.all([patients.next('admitted'), doctors.next('admitted')]);
    return { id, roomId, doctors, patients };
  }

  describe('rooms', () => {
    it('is made once for a confirmed visit, and read by its two people and the administrators', async () => {
      const visit = await confirmedVisit(app, patient, doctor, slot++);
      const answers = await Promise.all([
        patient.client.post('/api/rtc/rooms/', { appointment_id: visit.id }),
        doctor.client.post(`/api/rtc/rooms/appointment/${visit.id}/`),
        doctor.client.post('/api/rtc/rooms/', { appointment_id: visit.id }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      const roomId = answers[0].body.data.id;
      const room = {
        id: roomId,
        appointment_id: visit.id,
        status: 'waiting',
        doctor: { name: 'Dr. Dora' },
        patient: { name: 'Ann Lee' },
        scheduled_start: TIME,
        started_at: null,
        ended_at: null,
        end_reason: null,
        announced_start: null,
        patient_waits_again: false,
        visit_url: `${app.url}/visit/${roomId}`,
        created_at: TIME,
        updated_at: TIME,
      };
      for (const { body } of answers) expect(body.data).toEqual(room);
      for (const somebody of [patient, doctor, admin]) {
        const read = await somebody.client.get(`/api/rtc/rooms/${roomId}/`);
        expect(read.status).toBe(200);
        expect(read.body.data).toEqual(room);
        const status = await somebody.client.get(`/api/rtc/rooms/${roomId}/status/`);
        expect(status.body.data).toEqual({
          room_id: roomId,
          status: 'waiting',
          started_at: null,
          ended_at: null,
          end_reason: null,
        });
      }
    });

    it('is listed to its people, by status and page', async () => {
      const mine = await register(app);
      const { roomId } = await visitWithRoom(app, mine, doctor, slot++);
      const list = await mine.client.get('/api/rtc/rooms/?status=waiting&page_size=5');
      expect(list.body.data).toMatchObject({ total: 1, page: 1, page_size: 5, items: [{ id: roomId }] });
      expect((await mine.client.get('/api/rtc/rooms/?status=ended')).body.data.items).toEqual([]);
      expect((await stranger.client.get('/api/rtc/rooms/')).body.data.total).toBe(0);
      const all = await admin.client.get('/api/rtc/rooms/?page_size=100');
      expect(all.body.data.items.map((room: { id: string }) => room.id)).toContain(roomId);
      expect((await mine.client.get('/api/rtc/rooms/?status=open')).status).toBe(400);
      expect((await app.client().get('/api/rtc/rooms/')).status).toBe(401);
    });

    it('does not exist for anybody else, nor for a visit that is not confirmed', async () => {
      const { id, roomId } = await newRoom();
      for (const somebody of [stranger, otherDoctor]) {
        for (const answer of await Promise.all([
          somebody.client.get(`/api/rtc/rooms/${roomId}/`),
          somebody.client.get(`/api/rtc/rooms/${roomId}/status/`),
          somebody.client.get(`/api/rtc/rooms/${roomId}/signals/`),
          somebody.client.post(`/api/rtc/rooms/${roomId}/join/`),
          somebody.client.post('/api/rtc/join-tokens/', { room_id: roomId }),
          somebody.client.post('/api/rtc/signals/', { room_id: roomId, type: 'chat', text: 'hello' }),
        ])) {
          expect(answer.status).toBe(404);
          expect(answer.body.details.code).toBe('room_not_found');
        }
        const made = await somebody.client.post('/api/rtc/rooms/', { appointment_id: id });
        expect(made.body.details.code).toBe('appointment_not_found');
      }
      for (const action of ['start', 'end']) {
        expect((await patient.client.post(`/api/rtc/rooms/${roomId}/${action}/`)).status).toBe(403);
        expect((await otherDoctor.client.post(`/api/rtc/rooms/${roomId}/${action}/`)).status).toBe(404);
      }
      const early = await doctor.client.post(`/api/rtc/rooms/${roomId}/end/`);
      expect(early.status).toBe(409);
      expect(early.body.details.code).toBe('appointment_is_scheduled');

      const held = await confirmedVisit(app, patient, doctor, slot++);
      await app.sql(`update appointments set status = 'held' where id = $1`, [held.id]);
      const unpaid = await patient.client.post('/api/rtc/rooms/', { appointment_id: held.id });
      expect(unpaid.status).toBe(409);
      expect(unpaid.body.details).toEqual({ code: 'appointment_not_confirmed', status: 'held' });
    });

    it('is not made for a visit that was called off before', async () => {
      const { id } = await book(patient, doctor.doctorId, 30);
      expect((await patient.client.post(`/api/appointments/${id}/cancel/`)).status).toBe(200);
      await app.nest.get(Jobs).publish(AppointmentConfirmed, { appointmentId: id });
      await app.drained();
      const jobs = await app.sql(
        `select distinct state from pgboss.job where name = 'rtc.open-room' and data->>'appointmentId' = $1`,
        [id],
      );
      expect(jobs).toEqual([{ state: 'completed' }]);
    });

    it('is begun and ended by PUT as well', async () => {
      const { id, roomId } = await newRoom();
      const begun = await doctor.client.put(`/api/rtc/rooms/${roomId}/`, { status: 'active' });
      expect(begun.body.data).toMatchObject({ status: 'active', started_at: TIME });
      const visit = await doctor.client.get(`/api/appointments/${id}/`);
      expect(visit.body.data.status).toBe('in_progress');
      const over = await doctor.client.patch(`/api/rtc/rooms/${roomId}/`, { status: 'ended' });
      expect(over.body.data).toMatchObject({ status: 'ended', ended_at: TIME, end_reason: 'completed' });
      expect((await doctor.client.get(`/api/appointments/${id}/`)).body.data.status).toBe('completed');
    });
  });

  describe('join tokens', () => {
    it('is given to the two people of the visit, each with their role and TURN credentials of their own', async () => {
      const { roomId } = await newRoom();
      for (const [person, role] of [
        [doctor, 'doctor'],
        [patient, 'patient'],
      ] as const) {
        const answer = await person.client.post(`/api/rtc/rooms/${roomId}/join/`);
        expect(answer.status).toBe(200);
        expect(answer.body.data).toEqual({
          id: ID,
          token: expect.stringMatching(/^[\w-]{32,}$/),
          expires_at: TIME,
          role,
          websocket_url: socketUrl(roomId),
          ice_servers: [
            {
              urls: ['turn:turn.example.org:3478'],
              username: expect.stringMatching(new RegExp(`^\\d{10}:${person.userId}$`)),
              credential: expect.stringMatching(/^[\w+/]{27}=$/),
            },
          ],
          room: expect.objectContaining({ id: roomId }),
        });
      }
      const forAdmin = await admin.client.post(`/api/rtc/rooms/${roomId}/join/`);
      expect(forAdmin.status).toBe(403);
      expect((await app.client().post(`/api/rtc/rooms/${roomId}/join/`)).status).toBe(401);
    });

    it('is listed without the token, which is nowhere kept', async () => {
      const { roomId } = await newRoom();
      const issued = await patient.client.post('/api/rtc/join-tokens/', { room_id: roomId });
      expect(issued.status).toBe(201);
      const list = await patient.client.get(`/api/rtc/join-tokens/?room_id=${roomId}`);
      expect(list.body.data.items).toEqual([
        {
          id: issued.body.data.id,
          room_id: roomId,
          role: 'patient',
          created_at: TIME,
          expires_at: TIME,
          used_at: null,
        },
      ]);
      expect((await doctor.client.get(`/api/rtc/join-tokens/?room_id=${roomId}`)).body.data.items).toEqual(
        [],
      );
      const rows = await app.sql('select t::text as row from room_join_tokens t where room_id = $1', [
        roomId,
      ]);
      expect(JSON.stringify(rows)).not.toContain(issued.body.data.token);
    });

    it('lets one of two in who show it at the same time', async () => {
      const { roomId } = await newRoom();
      const { token, websocket_url } = await grantFor(patient, roomId);
      const results = await Promise.allSettled([
        RtcPeer.connect(websocket_url, { token }),
        RtcPeer.connect(websocket_url, { token }),
      ]);
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      const refused = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
      expect(refused.reason).toMatchObject({ status: 401 });
      const hello = await RtcPeer.connect(websocket_url);
      hello.say({ type: 'hello', token });
      expect(await hello.closed).toEqual({ code: 4401, reason: 'unauthorized' });
    });

    it('and the place in the room end with the login that they were got with', async () => {
      const { roomId } = await newRoom();
      const login = await app.client().post('/api/auth/login/', { email: patient.email, password: PASSWORD });
      const elsewhere: Person = { ...patient, client: app.client().as(login.body.data.access_token) };
      const waiting = await grantFor(elsewhere, roomId);
      const peer = await RtcPeer.join(elsewhere, roomId);
      const { roomId: otherRoom } = await newRoom();
      const stays = await RtcPeer.join(patient, otherRoom);

      expect((await elsewhere.client.post('/api/auth/logout/')).status).toBe(200);
      expect(await peer.closed).toEqual({ code: 4403, reason: 'access_revoked' });
      await expect(RtcPeer.connect(socketUrl(roomId), { token: waiting.token })).rejects.toMatchObject({
        status: 401,
      });
      // Another login of the same person goes on, here and elsewhere.
      const again = await RtcPeer.join(patient, roomId);
      await app.drained();
      expect([...again.heard, ...stays.heard].map(({ type }) => type)).not.toContain('ended');
    });

    it('is worth nothing later, elsewhere or changed', async () => {
      const { roomId } = await newRoom();
      const { roomId: elsewhere } = await newRoom();
      const late = await grantFor(patient, roomId);
      const other = await grantFor(patient, elsewhere);
      await app.sql(`update room_join_tokens set expires_at = now() where room_id = $1`, [roomId]);
      for (const token of [late.token, other.token, `${late.token}x`, '']) {
        await expect(RtcPeer.connect(socketUrl(roomId), { token })).rejects.toMatchObject({ status: 401 });
        const hello = await RtcPeer.connect(socketUrl(roomId));
        hello.say({ type: 'hello', token });
        const { code } = await hello.closed;
        expect([4400, 4401]).toContain(code);
      }
    });

    it('is not given for a room that has ended', async () => {
      const { id, roomId } = await newRoom();
      const { token, websocket_url } = await grantFor(patient, roomId);
      await start(roomId);
      await doctor.client.post(`/api/appointments/${id}/end/`);
      await app.drained();
      const answer = await patient.client.post(`/api/rtc/rooms/${roomId}/join/`);
      expect(answer.status).toBe(410);
      expect(answer.body).toEqual({
        error: 'This visit is over.',
        details: { code: 'room_ended', reason: 'completed' },
        status: 'error',
      });
      const late = await RtcPeer.connect(websocket_url, { token });
      expect(await late.closed).toEqual({ code: 4410, reason: 'room_ended' });
      expect(late.heard).toEqual([expect.objectContaining({ type: 'error', code: 'room_ended' })]);
    });
  });

  describe('the handshake', () => {
    it('is refused for rooms that do not exist and paths that are none', async () => {
      const { roomId } = await newRoom();
      const { token } = await grantFor(patient, roomId);
      for (const path of [`/ws/rtc/${newId()}/`, '/ws/rtc/not-a-room/', '/ws/rtc/', '/ws/other/']) {
        const url = app.url.replace('http', 'ws') + path;
        await expect(RtcPeer.connect(url, { token })).rejects.toMatchObject({ status: 404 });
      }
      // Nothing of it used the token up.
      const peer = await RtcPeer.connect(socketUrl(roomId).slice(0, -1), { token });
      expect(peer.protocol).toBe('televisit.v1');
      await peer.next('welcome');
    });

    it('is refused in the words of the API, so that a client can tell why', async () => {
      const { roomId } = await newRoom();
      const url = socketUrl(roomId);
      const failure = (code: string) => ({ error: expect.any(String), details: { code }, status: 'error' });
      const refusals: [string, Parameters<typeof RtcPeer.connect>[1], number, string][] = [
        [url, { token: 'x' }, 401, 'join_token_not_valid'],
        [url, { origin: 'https://evil.example' }, 403, 'origin_not_allowed'],
        [socketUrl(newId()), {}, 404, 'room_not_found'],
        [`${url}more`, {}, 404, 'route_not_found'],
        [url, { protocols: [] }, 400, 'subprotocol_required'],
        [url, { protocols: ['televisit.v2'], token: 'x' }, 400, 'subprotocol_required'],
        [url, { version: 8 }, 426, 'websocket_version'],
      ];
      for (const [address, options, status, code] of refusals) {
        await expect(RtcPeer.connect(address, options)).rejects.toMatchObject({
          status,
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: failure(code),
        });
      }
      await expect(RtcPeer.connect(url, { version: 8 })).rejects.toMatchObject({
        headers: { 'sec-websocket-version': '13', upgrade: 'websocket' },
      });
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const headers = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-protocol': 'televisit.v1',
      };
      request(url.replace('ws', 'http'), { headers }, (answer) => resolve(json(answer))).end();
      expect(await promise).toEqual(failure('malformed_handshake'));
    });

    it('is refused for browsers of foreign origins', async () => {
      const { roomId } = await newRoom();
      for (const origin of ['https://evil.example', 'https://app.example.org.evil.example', 'null']) {
        const { token } = await grantFor(patient, roomId);
        const answer = RtcPeer.connect(socketUrl(roomId), { token, origin });
        await expect(answer).rejects.toMatchObject({ status: 403 });
      }
      for (const origin of ['https://app.example.org', app.url]) {
        const { token } = await grantFor(patient, roomId);
        const peer = await RtcPeer.connect(socketUrl(roomId), { token, origin });
        await peer.next('welcome');
      }
    });

    it('takes the token in a hello too, which must come first and soon', async () => {
      const { roomId } = await newRoom();
      const { token } = await grantFor(patient, roomId);
      const peer = await RtcPeer.connect(socketUrl(roomId));
      peer.say({ type: 'hello', token });
      expect(await peer.next('welcome')).toMatchObject({ resumed: false, self: { role: 'patient' } });

      const rude = await RtcPeer.connect(socketUrl(roomId));
      rude.say({ type: 'chat', text: 'I am in' });
      expect(await rude.closed).toEqual({ code: 4400, reason: 'bad_message' });
      const forgetful = await RtcPeer.connect(socketUrl(roomId));
      forgetful.say({ type: 'hello', resume_id: peer.welcome.resume_id });
      expect(await forgetful.closed).toEqual({ code: 4400, reason: 'bad_message' });
      expect(forgetful.heard).toMatchObject([{ type: 'error', code: 'bad_message', path: 'seq' }]);
      const garbled = await RtcPeer.connect(socketUrl(roomId));
      garbled.sayRaw('{"type":"hello"');
      expect(await garbled.closed).toEqual({ code: 4400, reason: 'bad_message' });
      const silent = await RtcPeer.connect(socketUrl(roomId));
      expect(await silent.closed).toEqual({ code: 4408, reason: 'hello_timeout' });
    });
  });

  describe('the waiting room', () => {
    it('shows who is there and the place in the queue, and relays nothing until the doctor starts', async () => {
      const busy = await registerDoctor(app, admin, { name: 'Dr. Dora' });
      const before = await confirmedVisit(app, stranger, busy, 0);
      await busy.client.post(`/api/appointments/${before.id}/start/`);
      const { id, roomId } = await visitWithRoom(app, patient, busy, 1);
      const patients = await RtcPeer.join(patient, roomId);
      expect(patients.welcome).toEqual({
        type: 'welcome',
        seq: expect.any(Number),
        at: TIME,
        resumed: false,
        resume_id: expect.any(String),
        received_id: 0,
        self: {
          participant_id: patient.userId,
          instance: expect.any(String),
          display_name: 'Ann Lee',
          role: 'patient',
          admitted: true,
        },
        room: { room_id: roomId, status: 'waiting' },
        participants: [],
        // Nobody else waits: the one before is with the doctor already.
        waiting: { place: 1, estimated_start_at: expect.any(String), running_late: false },
        ice_servers: [expect.objectContaining({ urls: ['turn:turn.example.org:3478'] })],
        ice_servers_expire_at: expect.any(String),
        limits: { max_frame_bytes: 65_536, messages_per_second: 100, resume_window_seconds: 30 },
      });
      const doctors = await RtcPeer.join(busy, roomId);
      expect(doctors.welcome).toMatchObject({
        waiting: null,
        participants: [
          {
            participant_id: patient.userId,
            role: 'patient',
            state: 'connected',
            negotiation_role: 'impolite',
          },
        ],
      });
      expect(await patients.next('participant-joined')).toMatchObject({
        participant: { participant_id: busy.userId, display_name: 'Dr. Dora', negotiation_role: 'polite' },
      });

      patients.say({ type: 'offer', id: 1, sdp: 'v=0' });
      expect(await patients.next('error')).toMatchObject({ code: 'not_admitted', id: 1 });
      expect((await busy.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(200);
      await patients.next('admitted');
      await doctors.next('admitted');
      expect(doctors.all('offer')).toEqual([]);
      expect((await patient.client.get(`/api/appointments/${id}/`)).body.data.status).toBe('in_progress');
    });

    it('is left when the visit is cancelled', async () => {
      const { id, roomId } = await newRoom();
      const patients = await RtcPeer.join(patient, roomId);
      expect((await doctor.client.post(`/api/appointments/${id}/cancel/`)).status).toBe(200);
      expect(await patients.next('ended')).toMatchObject({ reason: 'cancelled' });
      expect(await patients.closed).toEqual({ code: 4410, reason: 'room_ended' });
      const again = await patient.client.post(`/api/rtc/rooms/${roomId}/join/`);
      expect(again.body.details).toEqual({ code: 'room_ended', reason: 'cancelled' });
    });

    it('opens when the visit is begun from the calendar', async () => {
      const { id, roomId } = await newRoom();
      const patients = await RtcPeer.join(patient, roomId);
      expect((await doctor.client.post(`/api/appointments/${id}/start/`)).status).toBe(200);
      await patients.next('admitted');
      expect((await patient.client.get(`/api/rtc/rooms/${roomId}/status/`)).body.data.status).toBe('active');
    });
  });

  describe('the relay', () => {
    it('stamps what is said and passes it to the other only, in order', async () => {
      const { doctors, patients } = await meeting();
      const others = await meeting();
      doctors.say({ type: 'offer', id: 1, connection: 'a.b', sdp: 'v=0\r\no=- 1\r\n' });
      const said = [
        { type: 'answer', id: 1, connection: 'a.b', sdp: 'v=0' },
        { type: 'candidate', id: 2, candidate: { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 } },
        { type: 'end-of-candidates', id: 3 },
        { type: 'restart-ice', id: 4 },
        { type: 'media-state', id: 5, audio: true, video: false },
        { type: 'chat', id: 6, text: 'Ça va? “😀”' },
      ];
      expect(await patients.next('offer')).toEqual({
        seq: expect.any(Number),
        at: TIME,
        from: doctor.userId,
        type: 'offer',
        id: 1,
        connection: 'a.b',
        sdp: 'v=0\r\no=- 1\r\n',
      });
      for (const message of said) patients.say(message);
      await doctors.next('chat');
      const arrived = doctors.heard.filter(({ from }) => from !== undefined);
      expect(arrived).toEqual(
        said.map((message) => ({ ...message, seq: expect.any(Number), at: TIME, from: patient.userId })),
      );
      const numbers = doctors.heard.flatMap(({ seq }) => seq ?? []);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(new Set(numbers).size).toBe(numbers.length);

      await Promise.all([patients, others.doctors, others.patients].map((peer) => peer.heardOut()));
      for (const peer of [patients, others.doctors, others.patients]) expect(peer.all('chat')).toEqual([]);
    });

    it('lets nobody speak in another’s name', async () => {
      const { doctors, patients } = await meeting();
      for (const forged of [{ from: doctor.userId }, { seq: 1 }, { at: '2020-01-01T00:00:00Z' }]) {
        patients.say({ type: 'chat', text: 'It is me', ...forged });
        expect(await patients.next('error')).toMatchObject({ code: 'bad_message' });
      }
      patients.say({ type: 'chat', text: 'to nobody', to: newId() });
      expect(await patients.next('error')).toMatchObject({ code: 'no_such_participant' });
      patients.say({ type: 'chat', text: 'to you', to: doctor.userId });
      expect(await doctors.next('chat')).toMatchObject({ text: 'to you', from: patient.userId });
      expect(doctors.all('chat')).toHaveLength(1);
    });

    it('answers what is malformed and goes on, and closes on a frame above the limit', async () => {
      const { doctors, patients } = await meeting();
      for (const frame of [
        '{"type":"chat"',
        'null',
        '[]',
        '{"type":"dance"}',
        '{"type":"chat","text":""}',
        '',
      ]) {
        patients.sayRaw(frame);
        expect(await patients.next('error')).toMatchObject({ code: 'bad_message' });
      }
      patients.say({ type: 'chat', text: 'still here' });
      await doctors.next('chat');
      patients.sayRaw(JSON.stringify({ type: 'chat', text: 'x'.repeat(65 * 1024) }));
      expect((await patients.closed).code).toBe(1009);
      expect(await doctors.next('presence')).toMatchObject({ participant: { state: 'reconnecting' } });
      // The session itself is not lost.
      const back = await RtcPeer.resume(patients.url, patients);
      expect(back.welcome.resumed).toBe(true);
    });

    it('keeps call quality on the visit and passes it to nobody', async () => {
      const { doctors, patients, roomId } = await meeting();
      const about = { participant_id: doctor.userId };
      patients.say({ type: 'stats', ...about, candidate_type: 'relay', round_trip_ms: 42 });
      await patients.heardOut();
      await doctors.heardOut();
      expect(doctors.all('stats')).toEqual([]);
      const rows = await app.sql(
        'select about_id, report from room_quality_reports where room_id = $1 and participant_id = $2',
        [roomId, patient.userId],
      );
      expect(rows).toEqual([
        { about_id: doctor.userId, report: { candidate_type: 'relay', round_trip_ms: 42 } },
      ]);
    });
  });

  describe('coming back', () => {
    it('replays what was missed, in order and once, and takes what had not arrived', async () => {
      const { doctors, patients } = await meeting();
      doctors.say({ type: 'chat', id: 1, text: 'before' });
      await patients.next('chat');
      patients.say({ type: 'chat', id: 1, text: 'arrived' });
      await doctors.next('chat');
      await patients.cut();
      expect(await doctors.next('presence')).toMatchObject({
        participant: { participant_id: patient.userId, state: 'reconnecting' },
      });
      for (let id = 2; id <= 21; id += 1) doctors.say({ type: 'chat', id, text: `missed ${id}` });
      await doctors.heardOut();

      const back = await RtcPeer.resume(patients.url, patients);
      expect(back.heard[0]).toMatchObject({
        type: 'welcome',
        resumed: true,
        received_id: 1,
        self: { instance: patients.welcome.self.instance },
      });
      // What the client cannot know to have arrived comes again, with the same ids.
      back.say({ type: 'chat', id: 1, text: 'arrived' });
      back.say({ type: 'chat', id: 2, text: 'new' });
      doctors.say({ type: 'chat', id: 22, text: 'live' });
      expect(await doctors.next('presence')).toMatchObject({ participant: { state: 'connected' } });
      expect(await doctors.next('chat')).toMatchObject({ text: 'new' });
      expect(doctors.all('chat').map(({ text }) => text)).toEqual(['arrived', 'new']);
      for (let heard = ''; heard !== 'live'; ) heard = (await back.next('chat')).text;
      const missed = Array.from({ length: 20 }, (_, index) => `missed ${index + 2}`);
      expect(back.all('chat').map(({ text }) => text)).toEqual([...missed, 'live']);
    });

    it('is not for who has no session, and over when the session was given up', async () => {
      const { doctors, patients, roomId } = await meeting();
      const guess = await RtcPeer.connect(socketUrl(roomId));
      guess.say({ type: 'hello', resume_id: 'a'.repeat(32), seq: 1 });
      expect(await guess.closed).toEqual({ code: 4419, reason: 'session_expired' });
      patients.say({ type: 'bye' });
      expect(await patients.closed).toEqual({ code: 1000, reason: 'left' });
      expect(await doctors.next('participant-left')).toMatchObject({
        participant_id: patient.userId,
        instance: patients.welcome.self.instance,
        reason: 'left',
      });
      const late = await RtcPeer.connect(socketUrl(roomId));
      late.say({ type: 'hello', resume_id: patients.welcome.resume_id, seq: patients.seq });
      expect(await late.closed).toEqual({ code: 4419, reason: 'session_expired' });
    });

    it('is one person once: a second join takes over', async () => {
      const { doctors, patients, roomId } = await meeting();
      const tab = await RtcPeer.join(patient, roomId);
      expect(await patients.closed).toEqual({ code: 4409, reason: 'taken_over' });
      const joined = await doctors.next('participant-joined');
      expect(joined.participant).toMatchObject({
        participant_id: patient.userId,
        instance: tab.welcome.self.instance,
      });
      doctors.say({ type: 'chat', text: 'to the new tab' });
      await tab.next('chat');
    });
  });

  describe('the end', () => {
    it('closes both with the reason, and for good', async () => {
      const { doctors, patients, id, roomId } = await meeting();
      const answer = await doctor.client.post(`/api/rtc/rooms/${roomId}/end/`);
      expect(answer.body).toMatchObject({
        message: 'The visit has ended.',
        data: { status: 'ended', end_reason: 'completed', ended_at: TIME },
      });
      for (const peer of [doctors, patients]) {
        expect(await peer.next('ended')).toMatchObject({ reason: 'completed', seq: expect.any(Number) });
        expect(await peer.closed).toEqual({ code: 4410, reason: 'room_ended' });
      }
      const late = await RtcPeer.connect(socketUrl(roomId));
      late.say({ type: 'hello', resume_id: patients.welcome.resume_id, seq: patients.seq });
      expect(await late.closed).toEqual({ code: 4410, reason: 'room_ended' });
      expect((await doctor.client.get(`/api/appointments/${id}/`)).body.data.status).toBe('completed');
      expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(409);
    });
  });

  describe('signals over HTTP', () => {
    it('serves a poller and a WebSocket client in the same call', async () => {
      const { roomId } = await newRoom();
      const poll = async (person: Person, after?: number) =>
        (
          await person.client.get(
            `/api/rtc/rooms/${roomId}/signals/${after === undefined ? '' : `?after=${after}`}`,
          )
        ).body.data;
      const offer = { room_id: roomId, type: 'offer', sdp: 'v=0' };
      const outside = await patient.client.post('/api/rtc/signals/', offer);
      expect(outside.body.details.code).toBe('not_admitted');
      const first = await poll(patient);
      expect(first).toEqual({ seq: expect.any(Number), status: 'waiting', participants: [], signals: [] });
      const doctors = await RtcPeer.join(doctor, roomId);
      expect(doctors.welcome.participants).toMatchObject([{ participant_id: patient.userId }]);
      await start(roomId);
      await doctors.next('admitted');

      const posted = await patient.client.post('/api/rtc/signals/', offer);
      expect(posted.status).toBe(201);
      expect(posted.body).toMatchObject({ data: { seq: expect.any(Number) }, message: 'Sent.' });
      expect(await doctors.next('offer')).toEqual({
        seq: posted.body.data.seq,
        at: TIME,
        from: patient.userId,
        type: 'offer',
        sdp: 'v=0',
      });
      doctors.say({ type: 'answer', id: 1, sdp: 'v=1' });
      await doctors.heardOut();
      const second = await poll(patient, first.seq);
      expect(second.status).toBe('active');
      expect(second.signals.map(({ type }: { type: string }) => type)).toEqual([
        'participant-joined',
        'admitted',
        'answer',
      ]);
      expect(second.signals.at(-1)).toMatchObject({ from: doctor.userId, sdp: 'v=1' });
      expect((await poll(patient, second.seq)).signals).toEqual([]);
      const same = await patient.client.get(`/api/rtc/signals/?room_id=${roomId}&after=${first.seq}`);
      expect(same.body.data.signals).toEqual(second.signals);

      const unknown = await patient.client.get(`/api/rtc/rooms/${roomId}/signals/?after=999999`);
      expect(unknown.status).toBe(410);
      expect(unknown.body.details.code).toBe('signals_forgotten');
      expect((await admin.client.get(`/api/rtc/rooms/${roomId}/signals/`)).status).toBe(403);
      const wrong = await patient.client.post('/api/rtc/signals/', { room_id: roomId, type: 'dance' });
      expect(wrong.status).toBe(400);
    });

    it('is refused to who has not entered', async () => {
      const { roomId } = await newRoom();
      await start(roomId);
      const answer = await patient.client.post('/api/rtc/signals/', { room_id: roomId, type: 'restart-ice' });
      expect(answer.status).toBe(409);
      expect(answer.body.details.code).toBe('not_in_room');
    });
  });
});
