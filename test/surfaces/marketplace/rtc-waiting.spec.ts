import { after, before, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
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
import { beginsIn, visitWithRoom } from '../../support/visits.ts';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('the waiting room of a doctor', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let slot: number;

  before(async () => {
    app = await startTestApp();
    admin = await registerAdmin(app);
  });
  // Each has a day of their own.
  beforeEach(async () => {
    doctor = await registerDoctor(app, admin, { name: 'Dr. Dora' });
    slot = 0;
  });
  after(() => app.close());

  const code = ({ status, body }: { status: number; body: { details?: { code: string } } }) => [
    status,
    body.details?.code,
  ];
  const queue = async () => (await doctor.client.get('/api/rtc/queue/')).body.data.visits;
  const minutesUntil = (text: string) =>
    Math.ceil((Temporal.Instant.from(text).epochMilliseconds - Date.now()) / 60_000);

  /** A visit of somebody new that begins in so many minutes. */
  async function visitIn(minutes: number, first_name = 'Ann') {
    const patient = await register(app, 'patient', { first_name, last_name: 'Lee' });
    const visit = await visitWithRoom(app, patient, doctor, slot++);
    await beginsIn(app, visit.id, minutes);
    return { ...visit, patient };
  }

  it('shows the doctor who waits, in which order and until when', async () => {
    const [first, second, later] = [
      await visitIn(-20, 'Ann'),
      await visitIn(11, 'Bea'),
      await visitIn(41, 'Cy'),
    ];
    const tomorrow = await visitIn(24 * 60);
    expect((await queue()).map(({ place }: { place: number | null }) => place)).toEqual([null, null, null]);
    await RtcPeer.join(second.patient, second.roomId);
    const peer = await RtcPeer.join(first.patient, first.roomId);
    // The welcome does not wait for the record.
    await eventually(async () => (await queue())[0].present && (await queue())[1].present, 'both are there');
    const visits = await queue();
    expect(visits.map(({ appointment_id }: { appointment_id: string }) => appointment_id)).toEqual([
      first.id,
      second.id,
      later.id,
    ]);
    expect(JSON.stringify(visits)).not.toContain(tomorrow.id);
    expect(visits[0]).toEqual({
      appointment_id: first.id,
      room_id: first.roomId,
      patient: { name: 'Ann Lee' },
      status: 'arrived',
      scheduled_start: TIME,
      arrived_at: TIME,
      present: true,
      place: 1,
      estimated_start_at: TIME,
      running_late: true,
    });
    expect(minutesUntil(visits[0].estimated_start_at)).toBeGreaterThanOrEqual(-1);
    expect(visits[1]).toMatchObject({ place: 2, running_late: true, present: true });
    expect(minutesUntil(visits[1].estimated_start_at)).toBe(30);
    expect(visits[2]).toMatchObject({ place: null, estimated_start_at: null, arrived_at: null });

    peer.say({ type: 'bye' });
    await peer.closed;
    await eventually(async () => !(await queue())[0].present, 'the first has left');
    expect((await queue())[0]).toMatchObject({ status: 'arrived', place: 1 });
  });

  it('tells the patient that the doctor is late, in the room and by a notification', async () => {
    const { roomId, patient } = await visitIn(2);
    const peer = await RtcPeer.join(patient, roomId);
    expect(peer.welcome.waiting).toMatchObject({ place: 1, running_late: false });
    const answer = await doctor.client.post(`/api/rtc/rooms/${roomId}/delay/`, { minutes: 25 });
    expect(answer.status).toBe(200);
    expect(answer.body.data.announced_start).toEqual(TIME);
    const told = await peer.next('waiting');
    expect(told).toMatchObject({ place: 1, running_late: true });
    expect(minutesUntil(told.estimated_start_at)).toBe(25);
    await app.drained();
    const list = (await patient.client.get('/api/notifications/?type=appointment_delayed')).body.data;
    expect(list.items).toMatchObject([
      { title: 'Your visit begins later', body: expect.stringContaining('Dr. Dora is running late.') },
    ]);
    for (const body of [{}, { minutes: 0 }, { minutes: 241 }, { minutes: 1.5 }]) {
      expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/delay/`, body)).status).toBe(400);
    }
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(200);
    const begun = await doctor.client.post(`/api/rtc/rooms/${roomId}/delay/`, { minutes: 5 });
    expect(code(begun)).toEqual([409, 'visit_has_begun']);
  });

  it('takes the patient back while the visit goes on, also over HTTP and across a reload', async () => {
    const { roomId, patient } = await visitIn(0);
    const [doctors, patients] = [await RtcPeer.join(doctor, roomId), await RtcPeer.join(patient, roomId)];
    await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`);
    await patients.next('admitted');
    const act = (action: string) =>
      doctor.client.post(`/api/rtc/rooms/${roomId}/${action}/`, { participant_id: patient.userId });
    const returned = await act('return-to-waiting');
    expect(returned.body.data).toMatchObject({ status: 'active', patient_waits_again: true });
    await patients.next('returned-to-waiting');
    expect(await doctors.next('presence')).toMatchObject({ participant: { admitted: false } });
    doctors.say({ type: 'chat', text: 'to myself' });
    await doctors.heardOut();

    patients.say({ type: 'bye' });
    await patients.closed;
    const polled = await patient.client.get(`/api/rtc/rooms/${roomId}/signals/`);
    expect(polled.body.data.status).toBe('waiting');
    const posted = await patient.client.post('/api/rtc/signals/', {
      room_id: roomId,
      type: 'chat',
      text: 'x',
    });
    expect(code(posted)).toEqual([409, 'not_admitted']);
    const reloaded = await RtcPeer.join(patient, roomId);
    expect(reloaded.welcome).toMatchObject({ self: { admitted: false }, room: { status: 'waiting' } });

    const twice = await Promise.all([act('admit'), act('admit')]);
    expect(twice.map(({ status }) => status)).toEqual([200, 200]);
    expect(twice[0].body.data.patient_waits_again).toBe(false);
    await reloaded.next('admitted');
    doctors.say({ type: 'chat', text: 'welcome back' });
    expect(await reloaded.next('chat')).toMatchObject({ text: 'welcome back' });
    expect(reloaded.all('admitted')).toHaveLength(1);
  });
});
