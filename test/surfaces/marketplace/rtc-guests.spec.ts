import { after, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { Clock, newId } from '#kernel';
import { startTestApp, type TestApp } from '../../support/app.ts';
import type { Answer } from '../../support/client.ts';
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
const SECRET = expect.stringMatching(/^[\w-]{43}$/);
const MO = { kind: 'interpreter', display_name: 'Mo, interpreter' };

describe('guests of a visit', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let patient: Person;

  before(async () => {
    app = await startTestApp({ TURN_URLS: 'turn:turn.example.org:3478', TURN_SECRET: 'turn-secret' });
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin, { name: 'Dr. Dora' });
    patient = await register(app, 'patient', { first_name: 'Ann', last_name: 'Lee' });
  });
  after(() => app.close());

  let slot = 0;
  const newRoom = async () => (await visitWithRoom(app, patient, doctor, slot++)).roomId;
  const code = ({ status, body }: Answer) => [status, body.details?.code];
  const invite = (person: Person, roomId: string, guest = MO) =>
    person.client.post(`/api/rtc/rooms/${roomId}/guests/`, guest);
  const redeem = (token: string) => app.client().post('/api/rtc/guests/redeem/', { token });
  const joinBy = (key: string) => app.client().post('/api/rtc/guests/join/', { key });
  const act = (roomId: string, action: string, participant_id: string) =>
    doctor.client.post(`/api/rtc/rooms/${roomId}/${action}/`, { participant_id });
  const start = async (roomId: string) =>
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(200);

  /** Invited, with the key that the link was exchanged for. */
  async function guestOf(roomId: string, guest = MO): Promise<{ id: string; key: string }> {
    const invitation = (await invite(doctor, roomId, guest)).body.data;
    return { id: invitation.guest.id, key: (await redeem(invitation.token)).body.data.key };
  }

  async function connect(key: string): Promise<RtcPeer> {
    const { token, websocket_url } = (await joinBy(key)).body.data;
    const peer = await RtcPeer.connect(websocket_url, { token });
    await peer.next('welcome');
    return peer;
  }

  it('come by a link that is shown once and works once', async () => {
    const roomId = await newRoom();
    const answer = await invite(doctor, roomId);
    expect(answer.status).toBe(201);
    const { token, guest, url } = answer.body.data;
    expect(answer.body.data).toEqual({
      guest: {
        id: expect.any(String),
        room_id: roomId,
        kind: 'interpreter',
        display_name: 'Mo, interpreter',
        status: 'invited',
        admitted: false,
        link_expires_at: TIME,
        redeemed_at: null,
        withdrawn_at: null,
        created_at: TIME,
      },
      token: SECRET,
      url: `${app.url}/visit/${roomId}#guest=${token}`,
    });
    const { pathname, search } = new URL(url);
    expect(`${pathname}${search}`).not.toContain(token);

    const redeemed = await redeem(token);
    expect(redeemed.status).toBe(201);
    const room = { id: roomId, status: 'waiting', doctor: { name: 'Dr. Dora' }, scheduled_start: TIME };
    const self = { id: guest.id, kind: 'interpreter', display_name: 'Mo, interpreter' };
    expect(redeemed.body.data).toEqual({ key: SECRET, guest: self, room });
    expect(code(await redeem(token))).toEqual([410, 'guest_link_used']);

    const { key } = redeemed.body.data;
    expect((await joinBy(key)).body.data).toEqual({
      id: expect.any(String),
      token: SECRET,
      expires_at: TIME,
      role: 'guest',
      websocket_url: `${app.url.replace('http', 'ws')}/ws/rtc/${roomId}/`,
      ice_servers: [
        expect.objectContaining({ username: expect.stringMatching(new RegExp(`^\\d{10}:${guest.id}$`)) }),
      ],
      guest: self,
      room,
    });
    // The patient's name is told to nobody who was not let in, and no secret is kept as it is.
    expect(JSON.stringify([redeemed.body, (await joinBy(key)).body])).not.toContain('Ann');
    const kept = await app.sql(
      `select guest::text || coalesce(token::text, '') as text from room_guests guest
         left join room_join_tokens token on token.guest_id = guest.id where guest.id = $1`,
      [guest.id],
    );
    for (const secret of [token, key]) expect(JSON.stringify(kept)).not.toContain(secret);
  });

  it('are let in by one of two who show the link at the same time', async () => {
    const roomId = await newRoom();
    const { token } = (await invite(doctor, roomId)).body.data;
    const answers = await Promise.all([redeem(token), redeem(token), redeem(token)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 410, 410]);
  });

  it('are refused with anything that is not a link or a key of theirs', async () => {
    const roomId = await newRoom();
    const { token, guest } = (await invite(doctor, roomId)).body.data;
    for (const wrong of ['x', token.toLowerCase(), `${token}A`, guest.id, "' or true --"]) {
      expect(code(await redeem(wrong))).toEqual([404, 'guest_link_not_found']);
      expect(code(await joinBy(wrong))).toEqual([404, 'guest_key_not_found']);
    }
    // Neither secret does the work of the other, nor of a join token or an access token.
    expect(code(await joinBy(token))).toEqual([404, 'guest_key_not_found']);
    const { key } = (await redeem(token)).body.data;
    expect(code(await redeem(key))).toEqual([404, 'guest_link_not_found']);
    const url = `${app.url.replace('http', 'ws')}/ws/rtc/${roomId}/`;
    for (const secret of [key, token]) {
      await expect(RtcPeer.connect(url, { token: secret })).rejects.toThrow('401');
    }
    const asBearer = await fetch(`${app.url}/api/rtc/rooms/${roomId}/`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(asBearer.status).toBe(401);
    for (const body of [{}, { token: 1 }, { token: '' }, { token: 'x'.repeat(201) }]) {
      expect((await app.client().post('/api/rtc/guests/redeem/', body)).status).toBe(400);
    }
    for (const body of [
      {},
      { ...MO, kind: 'friend' },
      { ...MO, display_name: ' ' },
      { ...MO, display_name: 'x'.repeat(101) },
    ]) {
      expect((await invite(doctor, roomId, body as typeof MO)).status).toBe(400);
    }
  });

  it('get no further than their own room', async () => {
    const [roomId, otherRoom] = [await newRoom(), await newRoom()];
    const { key } = await guestOf(roomId);
    const { token } = (await joinBy(key)).body.data;
    const base = `${app.url.replace('http', 'ws')}/ws/rtc`;
    await expect(RtcPeer.connect(`${base}/${otherRoom}/`, { token })).rejects.toThrow('401');
    const peer = await RtcPeer.connect(`${base}/${roomId}/`, { token });
    await peer.next('welcome');
    await expect(RtcPeer.connect(`${base}/${roomId}/`, { token })).rejects.toThrow('401');
  });

  it('are at most two, also when two are invited at once; one who was withdrawn makes room', async () => {
    const roomId = await newRoom();
    const answers = await Promise.all(Array.from({ length: 5 }, () => invite(doctor, roomId)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 409, 409, 409]);
    const full = await invite(patient, roomId);
    expect(full.body.details).toEqual({ code: 'guests_full', most: 2 });
    const { guest } = answers.find(({ status }) => status === 201)?.body.data ?? {};
    const gone = await doctor.client.request('DELETE', `/api/rtc/rooms/${roomId}/guests/${guest.id}/`);
    expect(gone.body.data).toMatchObject({ id: guest.id, status: 'withdrawn', withdrawn_at: TIME });
    expect((await invite(patient, roomId)).status).toBe(201);
    const list = await patient.client.get(`/api/rtc/rooms/${roomId}/guests/`);
    expect(list.body.data.total).toBe(3);
    const statuses = list.body.data.items.map(({ status }: { status: string }) => status);
    expect(statuses.toSorted()).toEqual(['invited', 'invited', 'withdrawn']);
    expect(JSON.stringify(list.body)).not.toContain('token');
  });

  it('are invited by both people of the visit, a second doctor by the doctor; each withdraws their own', async () => {
    const roomId = await newRoom();
    const second = { kind: 'second_doctor', display_name: 'Dr. Two' };
    expect(code(await invite(patient, roomId, second))).toEqual([403, 'doctor_only']);
    const byDoctor = (await invite(doctor, roomId, second)).body.data.guest;
    const byPatient = (await invite(patient, roomId, { kind: 'carer', display_name: 'Bo' })).body.data.guest;
    const withdraw = (person: Person, id: string) =>
      person.client.request('DELETE', `/api/rtc/rooms/${roomId}/guests/${id}/`);
    expect(code(await withdraw(patient, byDoctor.id))).toEqual([403, 'doctor_only']);
    expect((await withdraw(patient, byPatient.id)).status).toBe(200);
    expect((await withdraw(patient, byPatient.id)).status).toBe(200);
    expect((await withdraw(doctor, byDoctor.id)).status).toBe(200);
    expect(code(await withdraw(doctor, newId()))).toEqual([404, 'guest_not_found']);
  });

  it('wait until the doctor lets them in, and hear nothing before', async () => {
    const roomId = await newRoom();
    const { id, key } = await guestOf(roomId);
    const [doctors, patients] = [await RtcPeer.join(doctor, roomId), await RtcPeer.join(patient, roomId)];
    const guest = await connect(key);
    expect(guest.welcome).toMatchObject({
      self: { participant_id: id, role: 'guest', guest_kind: 'interpreter', admitted: false },
      participants: [{ participant_id: doctor.userId }],
      waiting: null,
    });
    expect(code(await act(roomId, 'admit', id))).toEqual([409, 'visit_not_under_way']);
    await start(roomId);
    await patients.next('admitted');
    doctors.say({ type: 'chat', text: 'between us' });
    await patients.next('chat');
    guest.say({ type: 'chat', id: 1, text: 'hello?' });
    expect(await guest.next('error')).toMatchObject({ code: 'not_admitted', id: 1 });

    expect((await act(roomId, 'admit', id)).status).toBe(200);
    const admitted = await guest.next('admitted');
    const names = admitted.participants.map(({ display_name }: { display_name: string }) => display_name);
    expect(names.toSorted()).toEqual(['Ann Lee', 'Dr. Dora']);
    await patients.next('presence');
    guest.say({ type: 'chat', id: 1, text: 'hello' });
    expect(await patients.next('chat')).toMatchObject({ text: 'hello', from: id });
    expect(guest.all('chat')).toEqual([]);

    // A reload: the doctor's decision stands, and the first connection is taken over.
    const reloaded = await connect(key);
    expect(await guest.closed).toEqual({ code: 4409, reason: 'taken_over' });
    expect(reloaded.welcome).toMatchObject({ self: { admitted: true }, room: { status: 'active' } });
    expect((await act(roomId, 'return-to-waiting', id)).status).toBe(200);
    await reloaded.next('returned-to-waiting');
    for (const nobody of [newId(), doctor.userId]) {
      expect(code(await act(roomId, 'admit', nobody))).toEqual([404, 'participant_not_found']);
    }
  });

  it('are sent out when they are withdrawn, and stay out', async () => {
    const roomId = await newRoom();
    const { id, key } = await guestOf(roomId);
    const unused = (await joinBy(key)).body.data;
    const guest = await connect(key);
    const gone = await doctor.client.request('DELETE', `/api/rtc/rooms/${roomId}/guests/${id}/`);
    expect(gone.status).toBe(200);
    expect(await guest.next('ended')).toMatchObject({ reason: 'access_revoked' });
    expect(await guest.closed).toEqual({ code: 4403, reason: 'access_revoked' });
    expect(code(await joinBy(key))).toEqual([410, 'guest_withdrawn']);
    await expect(RtcPeer.connect(unused.websocket_url, { token: unused.token })).rejects.toThrow('401');
    const resumed = await RtcPeer.connect(guest.url);
    resumed.say({ type: 'hello', resume_id: guest.welcome.resume_id, seq: guest.seq });
    expect(await resumed.closed).toEqual({ code: 4419, reason: 'session_expired' });

    const { token, guest: other } = (await invite(doctor, roomId)).body.data;
    await doctor.client.request('DELETE', `/api/rtc/rooms/${roomId}/guests/${other.id}/`);
    expect(code(await redeem(token))).toEqual([410, 'guest_link_withdrawn']);
  });

  it('have nothing to come to when the visit is over or the link has run out', async () => {
    const roomId = await newRoom();
    const { key } = await guestOf(roomId);
    const { token } = (await invite(doctor, roomId)).body.data;
    const guest = await connect(key);
    await start(roomId);
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/end/`)).status).toBe(200);
    expect(await guest.closed).toEqual({ code: 4410, reason: 'room_ended' });
    for (const answer of [await redeem(token), await joinBy(key), await invite(doctor, roomId)]) {
      expect(answer.body.details).toEqual({ code: 'room_ended', reason: 'completed' });
    }

    const another = (await invite(doctor, await newRoom())).body.data;
    const late = Temporal.Instant.from(another.guest.link_expires_at).add({ seconds: 1 });
    const clock = mock.method(app.nest.get(Clock), 'now', () => late);
    expect(code(await redeem(another.token))).toEqual([410, 'guest_link_expired']);
    clock.mock.restore();
  });

  it('leave a trail', async () => {
    const roomId = await newRoom();
    const { id, key } = await guestOf(roomId);
    await connect(key);
    await start(roomId);
    await act(roomId, 'admit', id);
    await doctor.client.request('DELETE', `/api/rtc/rooms/${roomId}/guests/${id}/`);
    const read = await admin.client.get(`/api/rtc/rooms/${roomId}/record/`);
    const steps = read.body.data.timeline.map(({ action, about }: Record<string, string>) => [action, about]);
    const ofGuest = steps
      .filter(([, about]: [string, string]) => about === id)
      .map(([step]: [string]) => step);
    expect(ofGuest.slice(0, 5)).toEqual([
      'room.invite',
      'room.redeem_invitation',
      'room.enter',
      'room.admit',
      'room.withdraw_invitation',
    ]);
  });
});
