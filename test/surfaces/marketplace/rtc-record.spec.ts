import { after, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { Clock } from '#kernel';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import {
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import { RtcPeer } from '../../support/rtc-peer.ts';
import { visitWithRoom } from '../../support/visits.ts';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('what is known of a call', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let patient: Person;

  before(async () => {
    app = await startTestApp();
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin, { name: 'Dr. Dora' });
    patient = await register(app, 'patient', { first_name: 'Ann', last_name: 'Lee' });
  });
  after(() => app.close());

  let slot = 0;
  const newRoom = async () => (await visitWithRoom(app, patient, doctor, slot++)).roomId;

  describe('the record', () => {
    const recordOf = async (roomId: string, reader: Person = doctor) =>
      (await reader.client.get(`/api/rtc/rooms/${roomId}/record/`)).body.data;

    /** Somebody is welcomed first and written down behind it. */
    const written = (roomId: string, presences: number) =>
      eventually(
        async () => (await recordOf(roomId)).presences.length === presences,
        'who is here is written down',
      );

    it('tells who was there when, how well it went, and what was done', async () => {
      const roomId = await newRoom();
      const patients = await RtcPeer.join(patient, roomId);
      const doctors = await RtcPeer.join(doctor, roomId);
      await written(roomId, 2);
      await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`);
      await patients.next('admitted');
      const report = { type: 'stats', participant_id: doctor.userId };
      const clock = app.nest.get(Clock);
      const start = Temporal.Now.instant();
      let seconds = 0;
      mock.method(clock, 'now', () => start.add({ seconds }));
      mock.method(clock, 'ms', () => start.add({ seconds }).epochMilliseconds);
      patients.say({ ...report, candidate_type: 'host', round_trip_ms: 40, packet_loss: 0, freeze_count: 0 });
      // Too soon after the one before.
      patients.say({ ...report, candidate_type: 'srflx', round_trip_ms: 900 });
      await patients.heardOut();
      seconds = 6;
      patients.say({
        ...report,
        candidate_type: 'relay',
        round_trip_ms: 80,
        packet_loss: 0.1,
        freeze_count: 2,
      });
      await patients.heardOut();
      mock.restoreAll();
      // A lost connection that comes back is one presence; who leaves and comes again has two.
      await patients.cut();
      const back = await RtcPeer.resume(patients.url, patients);
      back.say({ type: 'bye' });
      await back.closed;
      await eventually(
        async () => (await recordOf(roomId)).presences[0].left_at !== null,
        'the presence ends',
      );
      await RtcPeer.join(patient, roomId);
      await written(roomId, 3);
      await doctor.client.post(`/api/rtc/rooms/${roomId}/end/`);
      await doctors.closed;

      const record = await recordOf(roomId);
      const presence = { name: 'Ann Lee', role: 'patient', guest_kind: null, participant_id: patient.userId };
      expect(record).toMatchObject({
        room_id: roomId,
        end_reason: 'completed',
        started_at: TIME,
        ended_at: TIME,
      });
      expect(record.presences).toEqual([
        { ...presence, joined_at: TIME, left_at: TIME, left_reason: 'left' },
        {
          participant_id: doctor.userId,
          name: 'Dr. Dora',
          role: 'doctor',
          guest_kind: null,
          joined_at: TIME,
          left_at: record.ended_at,
          left_reason: 'ended',
        },
        { ...presence, joined_at: TIME, left_at: record.ended_at, left_reason: 'ended' },
      ]);
      const minutes = record.quality;
      const reports = minutes.reduce((sum: number, minute: { reports: number }) => sum + minute.reports, 0);
      expect(reports).toBe(2);
      expect(minutes.at(-1)).toMatchObject({
        participant_id: patient.userId,
        about_participant_id: doctor.userId,
        connection_type: 'relay',
        packet_loss_max: 0.1,
        round_trip_ms_max: 80,
        bitrate_in_kbps: null,
        freeze_count: 2,
      });
      expect(record.timeline.map(({ action }: { action: string }) => action)).toEqual([
        'room.enter',
        'room.enter',
        'room.start',
        'room.leave',
        'room.enter',
        'room.end',
      ]);
      expect(record.timeline[0]).toEqual({
        at: TIME,
        action: 'room.enter',
        actor_user_id: patient.userId,
        about: patient.userId,
      });
      expect(await recordOf(roomId, admin)).toEqual(record);
    });

    it('holds nothing of what was said: SDP, candidates and chat are in no table', async () => {
      const roomId = await newRoom();
      const [doctors, patients] = [await RtcPeer.join(doctor, roomId), await RtcPeer.join(patient, roomId)];
      await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`);
      await patients.next('admitted');
      const said = 'needle-7f3a';
      doctors.say({ type: 'offer', sdp: `v=0\r\na=${said}` });
      doctors.say({ type: 'candidate', candidate: { candidate: said } });
      doctors.say({ type: 'chat', text: said });
      await patients.next('chat');
      await doctor.client.post(`/api/rtc/rooms/${roomId}/end/`);
      await patients.closed;
      await app.drained();
      const tables = await app.sql<{ name: string }>(
        `select format('%I.%I', schemaname, tablename) as name from pg_tables
           where schemaname not in ('pg_catalog', 'information_schema')`,
      );
      expect(tables.length).toBeGreaterThan(50);
      for (const { name } of tables) {
        const found = await app.sql(`select 1 from ${name} as kept where kept::text like '%' || $1 || '%'`, [
          said,
        ]);
        expect({ name, found }).toEqual({ name, found: [] });
      }
    });
  });

  describe('a test before the visit', () => {
    const FINE = {
      camera: 'ok',
      microphone: 'ok',
      signalling: 'ok',
      turn: 'reachable',
      candidate_types: ['host', 'relay'],
      round_trip_ms: 60,
      bitrate_kbps: 2_000,
      packet_loss: 0,
    };
    const save = (person: Person, roomId: string, body: object) =>
      person.client.post(`/api/rtc/rooms/${roomId}/pre-call-tests/`, body);
    const list = async (person: Person, roomId: string) =>
      (await person.client.get(`/api/rtc/rooms/${roomId}/pre-call-tests/`)).body.data.items;

    it('is saved with a verdict in plain words and shown to the doctor', async () => {
      const roomId = await newRoom();
      const { packet_loss: _, bitrate_kbps: __, ...unmeasured } = FINE;
      const poor = await save(patient, roomId, { ...unmeasured, camera: 'denied', turn: 'unreachable' });
      expect(poor.status).toBe(201);
      expect(poor.body.data).toEqual({
        id: expect.any(String),
        room_id: roomId,
        participant_id: patient.userId,
        name: 'Ann Lee',
        role: 'patient',
        guest_kind: null,
        ...unmeasured,
        bitrate_kbps: null,
        packet_loss: null,
        camera: 'denied',
        turn: 'unreachable',
        verdict: 'limited',
        problems: ['no_camera', 'no_relay'],
        summary: 'The visit can take place, but not everything works as it should.',
        advice: [expect.stringContaining('No camera'), expect.stringContaining('relay')],
        created_at: TIME,
      });
      const good = await save(patient, roomId, FINE);
      expect(good.body.data).toMatchObject({ verdict: 'good', problems: [], advice: [] });
      const own = await save(doctor, roomId, { ...FINE, microphone: 'missing' });
      expect(own.body.data).toMatchObject({ verdict: 'unusable', role: 'doctor' });

      expect(await list(doctor, roomId)).toEqual([own.body.data, good.body.data, poor.body.data]);
      expect(await list(admin, roomId)).toHaveLength(3);
      expect(await list(patient, roomId)).toEqual([good.body.data, poor.body.data]);
      await patient.client.request('PATCH', '/api/auth/profile/', { language: 'fr' });
      expect((await list(patient, roomId))[0].summary).toBe(
        'Vos appareils et votre connexion sont prêts pour la consultation.',
      );
    });

    it('is saved by a guest with their key, and shown to the doctor and not to the patient', async () => {
      const roomId = await newRoom();
      const invitation = await doctor.client.post(`/api/rtc/rooms/${roomId}/guests/`, {
        kind: 'interpreter',
        display_name: 'Mo',
      });
      const { token, guest } = invitation.body.data;
      const asGuest = (body: object) => app.client().post('/api/rtc/guests/pre-call-tests/', body);
      const refused = await asGuest({ key: token, ...FINE });
      expect([refused.status, refused.body.details.code]).toEqual([404, 'guest_key_not_found']);
      const { key } = (await app.client().post('/api/rtc/guests/redeem/', { token })).body.data;
      const saved = await asGuest({ key, ...FINE, microphone: 'denied' });
      expect(saved.status).toBe(201);
      expect(saved.body.data).toEqual({
        id: expect.any(String),
        room_id: roomId,
        participant_id: guest.id,
        name: 'Mo',
        role: 'guest',
        guest_kind: 'interpreter',
        ...FINE,
        microphone: 'denied',
        verdict: 'unusable',
        problems: ['no_microphone'],
        summary: 'With this device or connection the visit cannot take place.',
        advice: [expect.stringContaining('No microphone')],
        created_at: TIME,
      });
      const inSpanish = await fetch(`${app.url}/api/rtc/guests/pre-call-tests/`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'accept-language': 'es-MX, en;q=0.5' },
        body: JSON.stringify({ key, ...FINE }),
      });
      expect((await inSpanish.json()).data.summary).toBe(
        'Sus dispositivos y su conexión están listos para la consulta.',
      );
      expect((await list(doctor, roomId))[1]).toEqual(saved.body.data);
      expect(await list(patient, roomId)).toEqual([]);
      for (const wrong of [FINE, { key: '', ...FINE }, { key: 'x'.repeat(201), ...FINE }, { key }]) {
        expect((await asGuest(wrong)).status).toBe(400);
      }
      await doctor.client.request('DELETE', `/api/rtc/rooms/${roomId}/guests/${guest.id}/`);
      const late = await asGuest({ key, ...FINE });
      expect([late.status, late.body.details.code]).toEqual([410, 'guest_withdrawn']);
    });

    it('takes nothing else, and nothing after the visit', async () => {
      const roomId = await newRoom();
      for (const wrong of [
        {},
        { ...FINE, camera: 'maybe' },
        { ...FINE, packet_loss: 2 },
        { ...FINE, candidate_types: Array(50).fill('host') },
        { ...FINE, round_trip_ms: -1 },
      ]) {
        expect((await save(patient, roomId, wrong)).status).toBe(400);
      }
      await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`);
      await doctor.client.post(`/api/rtc/rooms/${roomId}/end/`);
      expect((await save(patient, roomId, FINE)).body.details.code).toBe('room_ended');
    });
  });
});
