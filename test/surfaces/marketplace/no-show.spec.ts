import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { AppointmentNoShow } from '#appointments';
import { Jobs } from '#platform';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { failedJobs, PAYING_APP, type PaidVisit, paidVisit, settled } from '../../support/paying.ts';
import { type DoctorPerson, type Person, registerAdmin, registerDoctor } from '../../support/people.ts';
import { RtcPeer } from '../../support/rtc-peer.ts';
import { beginsIn, concluded } from '../../support/visits.ts';

describe('the time of a visit', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp({ ...PAYING_APP, VISIT_OPENS_MINUTES: '15', VISIT_CLOSES_MINUTES: '30' });
    admin = await registerAdmin(app);
  });
  after(() => app.close());

  interface Meeting extends PaidVisit {
    readonly roomId: string;
  }

  /** A paid visit of a doctor of its own, with its room. */
  const meeting = async (): Promise<Meeting> => {
    doctor = await registerDoctor(app, admin);
    const visit = await paidVisit(app, doctor);
    await app.drained();
    const room = await visit.patient.client.post(`/api/rtc/rooms/appointment/${visit.appointmentId}/`);
    return { ...visit, roomId: room.body.data.id };
  };
  const start = ({ appointmentId }: Meeting) =>
    doctor.client.post(`/api/appointments/${appointmentId}/start/`);
  const seen = async ({ patient, appointmentId }: Meeting) =>
    (await patient.client.get(`/api/appointments/${appointmentId}/`)).body.data;
  const available = async () =>
    (await doctor.client.get('/api/payments/earnings/')).body.data.currencies[0]?.available.amount;
  const refunds = async ({ transactionId }: Meeting) =>
    (await admin.client.get(`/api/payments/refunds/?transaction_id=${transactionId}`)).body.data.items;
  const told = async ({ client }: Person) =>
    (await client.get('/api/notifications/?type=appointment_missed')).body.data.items;
  const enter = async (visit: Meeting, who: Person) => {
    const peer = await RtcPeer.join(who, visit.roomId);
    await peer.heardOut();
    return peer;
  };
  const joins = (who: Person, { roomId }: Meeting) => [
    () => who.client.post(`/api/rtc/rooms/${roomId}/join/`),
    () => who.client.post('/api/rtc/join-tokens/', { room_id: roomId }),
    () => who.client.get(`/api/rtc/signals/?room_id=${roomId}`),
    () => who.client.get(`/api/rtc/rooms/${roomId}/signals/`),
  ];

  it('opens for both a quarter of an hour before the start, and says when', async () => {
    const visit = await meeting();
    await beginsIn(app, visit.appointmentId, 16);
    const shown = await seen(visit);
    expect(Date.parse(shown.start) - Date.parse(shown.join_opens_at)).toBe(15 * 60_000);
    expect(Date.parse(shown.join_closes_at) - Date.parse(shown.end)).toBe(30 * 60_000);
    const early = [
      ...(await Promise.all([...joins(visit.patient, visit), ...joins(doctor, visit)].map((ask) => ask()))),
      await start(visit),
      await doctor.client.post(`/api/rtc/rooms/${visit.roomId}/start/`),
    ];
    for (const { status, body } of early) {
      expect(status).toBe(409);
      expect(body.details.code).toBe('too_early');
      expect(Date.parse(body.details.opens_at)).toBe(Date.parse(shown.join_opens_at));
    }
    expect((await seen(visit)).status).toBe('scheduled');

    await beginsIn(app, visit.appointmentId, 14);
    for (const ask of joins(visit.patient, visit)) expect((await ask()).status).toBeLessThan(300);
    expect((await start(visit)).body.data.status).toBe('in_progress');
  });

  it('closes half an hour after the end, but not for a visit that has begun', async () => {
    const visit = await meeting();
    await beginsIn(app, visit.appointmentId, -61);
    for (const { status, body } of [
      ...(await Promise.all([...joins(visit.patient, visit), ...joins(doctor, visit)].map((ask) => ask()))),
      await start(visit),
    ]) {
      expect(status).toBe(409);
      expect(body.details).toMatchObject({ code: 'too_late', closed_at: expect.any(String) });
    }
    await beginsIn(app, visit.appointmentId, -59);
    expect((await start(visit)).status).toBe(200);
    await beginsIn(app, visit.appointmentId, -90);
    for (const ask of joins(visit.patient, visit)) expect((await ask()).status).toBeLessThan(300);
    expect((await doctor.client.post(`/api/appointments/${visit.appointmentId}/end/`)).status).toBe(200);
  });

  it('leaves the fee to the doctor who waited for the patient, and tells both', async () => {
    const visit = await meeting();
    await beginsIn(app, visit.appointmentId, 0);
    const doctors = await enter(visit, doctor);
    await beginsIn(app, visit.appointmentId, -61);
    await concluded(app, visit.appointmentId);
    await settled(app);

    expect(await seen(visit)).toMatchObject({ status: 'no_show', absent: 'patient' });
    expect(await available()).toBe(4250);
    expect(await refunds(visit)).toEqual([]);
    expect(await doctors.next('ended')).toMatchObject({ reason: 'no_show' });
    const [toPatient] = await told(visit.patient);
    expect(toPatient).toMatchObject({ title: 'Your video visit did not take place', read: false });
    expect(toPatient.body).toMatch(/You did not come in time\.$/);
    expect((await told(doctor))[0].body).toMatch(/The patient did not come in time\.$/);
    expect((await mailsTo(app, visit.patient.email)).at(-1)?.subject).toBe(toPatient.title);
    const reminders = await visit.patient.client.get(`/api/appointments/${visit.appointmentId}/reminders/`);
    expect(reminders.body.data.items.map((one: { status: string }) => one.status)).not.toContain('scheduled');
  });

  it('gives everything back to a patient whose doctor did not come, once', async () => {
    const visit = await meeting();
    await beginsIn(app, visit.appointmentId, 0);
    await enter(visit, visit.patient);
    await beginsIn(app, visit.appointmentId, -61);
    await concluded(app, visit.appointmentId);
    await settled(app);
    const { appointmentId } = visit;
    await app.nest.get(Jobs).publish(AppointmentNoShow, { appointmentId, absent: 'doctor' });
    await settled(app);

    expect(await seen(visit)).toMatchObject({ status: 'no_show', absent: 'doctor' });
    expect(await refunds(visit)).toMatchObject([
      { cause: 'doctor_absent', status: 'succeeded', amount: { amount: 5000, currency: 'EUR' } },
    ]);
    expect(await available()).toBe(0);
    expect((await told(visit.patient))[0].body).toMatch(/The doctor did not come\./);
    expect(await told(doctor)).toHaveLength(1);
    expect(await failedJobs(app)).toEqual([]);
  });

  it('gives everything back when nobody came, or when both came and the doctor did not begin', async () => {
    const nobody = await meeting();
    await beginsIn(app, nobody.appointmentId, -61);
    await concluded(app, nobody.appointmentId);
    await settled(app);
    expect(await seen(nobody)).toMatchObject({ status: 'no_show', absent: 'both' });
    expect(await refunds(nobody)).toMatchObject([{ amount: { amount: 5000 } }]);

    const unbegun = await meeting();
    await beginsIn(app, unbegun.appointmentId, 0);
    await enter(unbegun, unbegun.patient);
    await enter(unbegun, doctor);
    await beginsIn(app, unbegun.appointmentId, -61);
    await concluded(app, unbegun.appointmentId);
    expect(await seen(unbegun)).toMatchObject({ status: 'no_show', absent: 'doctor' });
  });

  it('completes a visit that was left open, hours after its end, and not one that nobody joined', async () => {
    const visit = await meeting();
    await beginsIn(app, visit.appointmentId, 0);
    await enter(visit, visit.patient);
    await start(visit);
    await beginsIn(app, visit.appointmentId, -61);
    await concluded(app, visit.appointmentId);
    expect((await seen(visit)).status).toBe('in_progress');
    await beginsIn(app, visit.appointmentId, -60 * 5);
    await concluded(app, visit.appointmentId);
    await settled(app);
    expect(await seen(visit)).toMatchObject({ status: 'completed', ended_at: expect.any(String) });
    expect(await available()).toBe(4250);

    const alone = await meeting();
    await beginsIn(app, alone.appointmentId, 0);
    await start(alone);
    await beginsIn(app, alone.appointmentId, -61);
    await concluded(app, alone.appointmentId);
    expect(await seen(alone)).toMatchObject({ status: 'no_show', absent: 'patient' });
  });

  it('is the new time of a visit that was moved: the job of the old one finds nothing to do', async () => {
    const visit = await meeting();
    const [, , , later] = (await visit.patient.client.get(`/api/doctors/${doctor.doctorId}/availability/`))
      .body.data.slots;
    const moved = await visit.patient.client.post(`/api/appointments/${visit.appointmentId}/reschedule/`, {
      start: later.start,
    });
    expect(moved.status).toBe(200);
    await concluded(app, visit.appointmentId);
    expect((await seen(visit)).status).toBe('scheduled');
  });

  it('lets a patient who waits in vain go for nothing', async () => {
    const visit = await meeting();
    await beginsIn(app, visit.appointmentId, 0);
    await enter(visit, visit.patient);
    const quoteOf = async () =>
      (await visit.patient.client.get(`/api/appointments/${visit.appointmentId}/cancellation-quote/`)).body
        .data;
    await beginsIn(app, visit.appointmentId, -9);
    expect((await quoteOf()).refund_percent).toBe(0);
    await beginsIn(app, visit.appointmentId, -11);
    expect((await quoteOf()).refund_percent).toBe(100);
    await visit.patient.client.post(`/api/appointments/${visit.appointmentId}/cancel/`);
    await settled(app);
    expect(await refunds(visit)).toMatchObject([
      { cause: 'appointment_cancelled', amount: { amount: 5000 } },
    ]);
  });
});
