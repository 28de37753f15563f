import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { eventually, startTestApp, type TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { type Intent, payInBrowser } from '../../support/paying.ts';
import { PASSWORD, type Person, registerAdmin, sendLicence } from '../../support/people.ts';
import { RtcPeer } from '../../support/rtc-peer.ts';

const PARIS = 'Europe/Paris';
const NEW_YORK = 'America/New_York';

const AMOXICILLIN = {
  medicine: 'Amoxicillin',
  strength: '500 mg',
  form: 'capsule',
  dose: '1 capsule',
  route: 'by mouth',
  frequency: 'three times a day',
  duration: '7 days',
  quantity: '21 capsules',
};

interface Slot {
  readonly start: string;
  readonly end: string;
}

/** The main job, told once from its beginning to its end: each test goes on where the one before ended. */
describe('a patient books, pays, meets the doctor and leaves with a prescription', () => {
  let app: TestApp;
  let admin: Person;
  let patient: Person;
  let doctor: Person;
  let doctorId: string;
  let visitId: string;
  let patientId: string;
  let slot: Slot;
  let prescriptionId: string;

  const dayOff = Temporal.Now.plainDateISO(PARIS).add({ days: 3 });

  before(async () => {
    app = await startTestApp();
    admin = await registerAdmin(app);
  });
  after(() => app.close());

  /** Registers and then logs in, as a client of the document does. */
  async function arrive(role: 'patient' | 'doctor', name: string, time_zone: string): Promise<Person> {
    const email = `${name.toLowerCase()}@example.test`;
    const [first_name, last_name] = [name, 'Test'];
    const account = { email, password: PASSWORD, first_name, last_name, role, time_zone };
    expect((await app.client().post('/api/auth/register/', account)).status).toBe(201);
    const logIn = await app.client().post('/api/auth/login/', { email, password: PASSWORD });
    expect(logIn.status).toBe(200);
    const client = app.client().as(logIn.body.data.access_token);
    const me = await client.get('/api/auth/me/');
    expect(me.body.data).toMatchObject({ email, roles: [role] });
    return { client, userId: me.body.data.id, email };
  }

  const visitOf = async ({ client }: Person) => (await client.get(`/api/appointments/${visitId}/`)).body.data;

  const unread = async ({ client }: Person): Promise<string[]> =>
    (await client.get('/api/notifications/unread/')).body.data.items.map((one: { type: string }) => one.type);

  async function slots(client: Client, zone: string): Promise<Slot[]> {
    const [from, to] = [-2, 2].map((days) => dayOff.add({ days }).toString());
    const answer = await client.get(
      `/api/doctors/${doctorId}/availability/?from=${from}&to=${to}&time_zone=${zone}`,
    );
    expect(answer.status).toBe(200);
    expect(answer.body.data.time_zone).toBe(zone);
    return answer.body.data.slots;
  }

  it('1. both register, the doctor is approved and opens hours', async () => {
    patient = await arrive('patient', 'Paula', NEW_YORK);
    doctor = await arrive('doctor', 'Margot', PARIS);
    const profile = await doctor.client.post('/api/doctors/register/', {
      name: 'Dr. Margot Test',
      specialties: ['Dermatology'],
      languages: ['fr', 'en'],
      consultation_fee: { amount: 6000, currency: 'EUR' },
      time_zone: PARIS,
      slot_minutes: 30,
      bio: 'Skin, and what lies under it.',
      practice: { name: 'Cabinet Test', country: 'FR', address: '1 rue de la Paix, Paris' },
    });
    expect(profile.status).toBe(201);
    doctorId = profile.body.data.id;
    const found = async () => (await app.client().get('/api/doctors/?search=margot')).body.data.total;
    expect(await found()).toBe(0);

    await sendLicence(doctor);
    const kyc = await doctor.client.get('/api/doctors/me/kyc/');
    expect(kyc.body.data.status).toBe('submitted');
    const self = await doctor.client.post('/api/doctors/kyc/update/', {
      doctor_id: doctorId,
      status: 'approved',
    });
    expect(self.status).toBe(403);
    const approval = { doctor_id: doctorId, status: 'approved' };
    expect((await admin.client.post('/api/doctors/kyc/update/', approval)).status).toBe(200);
    expect(await found()).toBe(1);

    for (const day_of_week of [1, 2, 3, 4, 5, 6, 7]) {
      const rule = await doctor.client.post('/api/doctors/availability/', {
        day_of_week,
        start_time: '09:00',
        end_time: '17:00',
        breaks: [{ start_time: '12:00', end_time: '13:00' }],
      });
      expect(rule.status).toBe(201);
      expect(rule.body.data).toMatchObject({ type: 'weekly', time_zone: PARIS, slot_minutes: 30 });
    }
    const off = await doctor.client.post('/api/doctors/availability/', {
      type: 'off',
      date: dayOff.toString(),
    });
    expect(off.status).toBe(201);
  });

  it('2. the patient finds the doctor, sees slots in their own zone, and holds one', async () => {
    const before = dayOff.add({ days: 5 }).toZonedDateTime(PARIS).toInstant().toString();
    const search = await patient.client.get(
      `/api/doctors/?search=margot&specialty=dermatology&language=fr&currency=EUR&fee_max=6000&available_before=${before}`,
    );
    expect(search.body.data).toMatchObject({
      total: 1,
      items: [{ id: doctorId, next_slot: { start: expect.any(String) } }],
    });
    expect((await patient.client.get('/api/doctors/?search=margot&fee_max=5999')).body.data.total).toBe(0);
    expect((await patient.client.get('/api/doctors/?search=margot&language=de')).body.data.total).toBe(0);
    const profile = await patient.client.get(`/api/doctors/${doctorId}/`);
    expect(profile.body.data).toMatchObject({
      name: 'Dr. Margot Test',
      consultation_fee: { amount: 6000, currency: 'EUR' },
      rating: null,
    });

    const here = await slots(patient.client, NEW_YORK);
    const there = await slots(patient.client, PARIS);
    const instant = ({ start }: Slot) => Temporal.Instant.from(start).toString();
    expect(there.map(instant).filter((start) => here.map(instant).includes(start)).length).toBeGreaterThan(
      20,
    );
    for (const { start } of there) {
      const [date = '', time = ''] = start.split('T');
      expect(date).not.toBe(dayOff.toString());
      expect(time >= '09:00' && time < '17:00' && !(time >= '12:00' && time < '13:00')).toBe(true);
    }
    expect(there.some(({ start }) => start.includes('T11:30'))).toBe(true);
    expect(there.some(({ start }) => start.includes('T13:00'))).toBe(true);

    slot = here.at(-1) as Slot;
    expect(slot.start).toMatch(/-0[45]:00$/);
    const booking = await patient.client.post('/api/appointments/', {
      doctor_id: doctorId,
      start: slot.start,
      reason: 'A rash that itches',
    });
    expect(booking.status).toBe(201);
    expect(booking.body.data).toMatchObject({ status: 'held', hold_expires_at: expect.any(String) });
    visitId = booking.body.data.id;
    patientId = booking.body.data.patient.id;
    expect((await slots(patient.client, NEW_YORK)).map(instant)).not.toContain(instant(slot));
  });

  it('3. the payment confirms the visit by webhook, and both are told and reminded', async () => {
    const answer = await patient.client.post('/api/payments/intent/', { appointment_id: visitId });
    expect(answer.status).toBe(201);
    const intent: Intent = answer.body.data;
    expect((await visitOf(patient)).status).toBe('held');
    expect((await payInBrowser(app, intent)).body.status).toBe('succeeded');
    await eventually(async () => (await visitOf(patient)).status === 'scheduled', 'the visit is confirmed');
    await app.drained();

    const paid = await patient.client.get(`/api/payments/transactions/${intent.transaction.id}/`);
    expect(paid.body.data).toMatchObject({ status: 'succeeded', amount: { amount: 6000, currency: 'EUR' } });
    expect((await unread(patient)).toSorted()).toEqual(['appointment_confirmed', 'payment_received']);
    expect(await unread(doctor)).toContain('appointment_confirmed');
    for (const { email } of [patient, doctor]) {
      const invitations = (await mailsTo(app, email)).filter(({ calendar }) => calendar);
      expect(invitations).toMatchObject([
        {
          calendar: {
            method: 'REQUEST',
            properties: {
              DTSTART: Temporal.Instant.from(slot.start).toString().replaceAll(/[-:]/g, ''),
              SEQUENCE: '0',
            },
          },
        },
      ]);
      expect(invitations[0]?.text).not.toContain('rash');
    }

    const reminders = await patient.client.get(`/api/appointments/${visitId}/reminders/`);
    expect(reminders.body.data.items.map((one: { minutes_before: number }) => one.minutes_before)).toEqual([
      24 * 60,
      60,
    ]);
    // Their time comes sooner than in life.
    await app.sql(
      `update pgboss.job set start_after = now() where name = 'notifications.send-reminder' and state = 'created'`,
    );
    await eventually(async () => {
      const sent = await patient.client.get(`/api/appointments/${visitId}/reminders/?status=sent`);
      return sent.body.data.total === 2;
    }, 'the reminders have gone out');
    expect(await unread(patient)).toContain('appointment_reminder');
  });

  it('4. both meet in the room', async () => {
    const rooms = await patient.client.get('/api/rtc/rooms/');
    expect(rooms.body.data).toMatchObject({
      total: 1,
      items: [{ appointment_id: visitId, status: 'waiting' }],
    });
    const roomId: string = rooms.body.data.items[0].id;
    const [patients, doctors] = [await RtcPeer.join(patient, roomId), await RtcPeer.join(doctor, roomId)];
    await patients.next('participant-joined');
    expect((await doctor.client.post(`/api/appointments/${visitId}/start/`)).status).toBe(200);
    await Promise.all([patients.next('admitted'), doctors.next('admitted')]);

    doctors.say({ type: 'offer', id: 1, sdp: 'v=0\r\n' });
    expect(await patients.next('offer')).toMatchObject({ from: doctor.userId, sdp: 'v=0\r\n' });
    patients.say({ type: 'answer', id: 1, sdp: 'v=0\r\n' });
    patients.say({ type: 'candidate', id: 2, candidate: { candidate: 'candidate:1', sdpMid: '0' } });
    expect(await doctors.next('answer')).toMatchObject({ from: patient.userId });
    expect((await doctors.next('candidate')).candidate).toEqual({ candidate: 'candidate:1', sdpMid: '0' });

    const early = await doctor.client.post('/api/appointments/', { doctor_id: doctorId, start: slot.start });
    expect(early.status).toBe(403);
    expect((await doctor.client.post(`/api/appointments/${visitId}/end/`)).body.data.status).toBe(
      'completed',
    );
    for (const peer of [patients, doctors]) {
      expect(await peer.next('ended')).toMatchObject({ reason: 'completed' });
      expect((await peer.closed).code).toBe(4410);
    }
  });

  it('5. the doctor writes the encounter and the prescription, and both download it', async () => {
    const opened = await doctor.client.post('/api/emr/encounters/', {
      appointment_id: visitId,
      subjective: 'Itches since Monday.',
      vitals: { systolic: 124, diastolic: 81, temperature: 36.9 },
    });
    expect(opened.status).toBe(201);
    const finalized = await doctor.client.put(`/api/emr/encounters/${opened.body.data.id}/`, {
      objective: 'Red, dry, on both elbows.',
      assessment: 'Infected eczema.',
      plan: 'Antibiotic for a week.',
      diagnoses: [{ code: 'L30.3', description: 'Infective dermatitis' }],
      status: 'finalized',
    });
    expect(finalized.body.data).toMatchObject({
      status: 'finalized',
      version: 1,
      subjective: 'Itches since Monday.',
    });

    const written = await doctor.client.post('/api/emr/prescriptions/', {
      appointment_id: visitId,
      items: [AMOXICILLIN],
      status: 'issued',
    });
    expect(written.status).toBe(201);
    prescriptionId = written.body.data.id;
    const { verification_code: code, verification_url: page } = written.body.data;
    for (const { client } of [doctor, patient]) {
      const made = await client.post(`/api/emr/prescriptions/${prescriptionId}/pdf/`);
      expect(made.status).toBe(200);
      const link = await client.get(`/api/emr/documents/${made.body.data.document_id}/download/`);
      const file = await fetch(link.body.data.url);
      expect(file.headers.get('content-type')).toBe('application/pdf');
      const bytes = Buffer.from(await file.arrayBuffer());
      expect(bytes.subarray(0, 5).toString('latin1')).toBe('%PDF-');
      expect(bytes.length).toBeGreaterThan(5_000);
    }
    const verified = await app.client().get(`/api/emr/verify/${code}/`);
    expect(verified.body.data).toMatchObject({ status: 'issued', practice: 'Cabinet Test', item_count: 1 });
    expect((await app.client().get(page)).body).toContain('This prescription is genuine and valid');
  });

  it('6. the patient sees it all and reviews, the doctor earns, the admin sees who read the chart', async () => {
    const summary = await patient.client.get(`/api/emr/summary/${patientId}/`);
    expect(summary.body.data).toMatchObject({
      latest_vitals: { systolic: 124, diastolic: 81 },
      encounters: [{ diagnoses: [{ code: 'L30.3' }] }],
      active_prescriptions: [{ id: prescriptionId, items: [AMOXICILLIN] }],
      documents: [{ kind: 'prescription' }],
    });
    const review = await patient.client.post(`/api/doctors/${doctorId}/reviews/create/`, {
      rating: 5,
      comment: 'Kind and quick.',
    });
    expect(review.status).toBe(201);
    expect((await app.client().get(`/api/doctors/${doctorId}/`)).body.data).toMatchObject({
      rating: 5,
      rating_count: 1,
    });

    await app.drained();
    const earnings = await doctor.client.get('/api/payments/earnings/');
    // The commission of 15% stays with the platform.
    expect(earnings.body.data.currencies).toMatchObject([
      { currency: 'EUR', pending: { amount: 0 }, available: { amount: 5100 } },
    ]);
    expect(await unread(patient)).toContain('prescription_ready');

    const log = await admin.client.get(`/api/audit/logs/?patient_id=${patientId}&page_size=100`);
    const entries = log.body.data.items as { actor_id: string; action: string; outcome: string }[];
    for (const [actor, action] of [
      [doctor, 'encounter.create'],
      [doctor, 'prescription.issue'],
      [patient, 'document.download'],
      [patient, 'medical_summary.read'],
    ] as const) {
      expect(entries).toContainEqual(
        expect.objectContaining({ actor_id: actor.userId, action, outcome: 'allowed' }),
      );
    }
    expect((await doctor.client.get('/api/audit/logs/')).status).toBe(403);
  });
});
