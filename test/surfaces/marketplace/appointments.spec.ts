import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { eventually, startTestApp, type TestApp } from '../../support/app.ts';
import {
  book,
  cast,
  type DoctorPerson,
  freeSlots,
  type Person,
  register,
  registerDoctor,
} from '../../support/people.ts';

describe('appointments', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let patient: Person;

  before(async () => {
    app = await startTestApp();
    ({ admin, doctor, patient } = await cast(app, { patient: { time_zone: 'Asia/Kolkata' } }));
  });
  after(() => app.close());

  /** Confirms as a settled payment would. */
  const confirm = (id: string) =>
    app.sql(`update appointments set status = 'scheduled', hold_expires_at = null where id = $1`, [id]);

  it('holds a slot for ten minutes and shows it to both sides', async () => {
    const [slot] = await freeSlots(patient.client, doctor.doctorId);
    const answer = await patient.client.post('/api/appointments/', {
      doctor_id: doctor.doctorId,
      start: slot?.start,
      reason: 'A cough',
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      status: 'success',
      message: 'The slot is held for you. Pay to confirm it.',
      data: {
        id: expect.any(String),
        status: 'held',
        start: Temporal.Instant.from(slot?.start ?? '').toString({ smallestUnit: 'millisecond' }),
        end: Temporal.Instant.from(slot?.end ?? '').toString({ smallestUnit: 'millisecond' }),
        doctor: { id: doctor.doctorId, name: 'Dr. Dora Person', time_zone: 'UTC' },
        patient: { id: expect.any(String), name: expect.stringContaining('Paul'), time_zone: 'Asia/Kolkata' },
        fee: { amount: 5000, currency: 'EUR' },
        reason: 'A cough',
        notes: null,
        hold_expires_at: expect.any(String),
        cancellation_policy: {
          free_until_hours: 24,
          partial_refund_percent: 50,
          partial_until_hours: 0,
          free_until: expect.any(String),
        },
        join_opens_at: expect.any(String),
        join_closes_at: expect.any(String),
        follow_up_of: null,
        follow_up: null,
        absent: null,
        started_at: null,
        ended_at: null,
        cancelled_at: null,
        cancelled_by: null,
        cancellation_reason: null,
        version: 1,
        created_at: expect.any(String),
        updated_at: expect.any(String),
      },
    });
    const { id } = answer.body.data;
    const seen = await doctor.client.get(`/api/appointments/${id}`);
    expect(seen.body.data).toMatchObject({ id, reason: 'A cough' });
    expect((await freeSlots(patient.client, doctor.doctorId))[0]?.start).not.toBe(slot?.start);
    const [row] = await app.sql<{ reason: Buffer }>('select reason from appointments where id = $1', [id]);
    expect(row?.reason.includes('cough')).toBe(false);
  });

  it('shows slots in the asker’s own time', async () => {
    const mine = await patient.client.get(`/api/doctors/${doctor.doctorId}/availability/`);
    expect(mine.body.data.time_zone).toBe('Asia/Kolkata');
    expect(mine.body.data.slots[0].start).toMatch(/\+05:30$/);
    const asked = await app
      .client()
      .get(
        `/api/doctors/${doctor.doctorId}/availability/?time_zone=America/New_York&from=2027-03-10&to=2027-03-20`,
      );
    expect(asked.status).toBe(200);
    const tooLong = await app
      .client()
      .get(`/api/doctors/${doctor.doctorId}/availability/?from=2027-01-01&to=2027-03-20`);
    expect(tooLong.body.details.code).toBe('invalid_window');
    const across = await patient.client.get(
      `/api/appointments/slots/?doctor_id=${doctor.doctorId}&page_size=3`,
    );
    expect(across.body.data).toMatchObject({ page: 1, page_size: 3 });
    expect(across.body.data.items[0]).toEqual({
      doctor_id: doctor.doctorId,
      doctor_name: 'Dr. Dora Person',
      start: expect.stringMatching(/\+05:30$/),
      end: expect.stringMatching(/\+05:30$/),
    });
  });

  it('lets one of 200 who want the same slot have it, and shows the others what is free', async () => {
    const people = await Promise.all(Array.from({ length: 8 }, () => register(app)));
    const slot = (await freeSlots(patient.client, doctor.doctorId))[4];
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (people[index % people.length] as Person).client.post('/api/appointments/', {
          doctor_id: doctor.doctorId,
          start: slot?.start,
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(199);
    for (const { body } of refused) {
      expect(body.details.code).toBe('slot_taken');
      expect(body.details.nearest_free.length).toBeGreaterThan(0);
    }
  });

  it('lets one patient be in one place: one of many bookings with different doctors succeeds', async () => {
    const doctors = await Promise.all(Array.from({ length: 6 }, () => registerDoctor(app, admin)));
    const busy = await register(app);
    const slot = (await freeSlots(patient.client, doctors[0]?.doctorId ?? ''))[3];
    const answers = await Promise.all(
      doctors.map(({ doctorId }) =>
        busy.client.post('/api/appointments/', { doctor_id: doctorId, start: slot?.start }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201, 409, 409, 409, 409, 409,
    ]);
    expect(answers.find(({ status }) => status === 409)?.body.details.code).toBe('patient_busy');
  });

  it('refuses a time that overlaps a booked one even where the database alone stands guard', async () => {
    const { id } = await book(patient, doctor.doctorId, 6);
    await expect(
      app.sql(
        `insert into appointments (id, organization_id, practitioner_id, patient_id, booked_by, status, starts_at,
           ends_at, fee_amount, fee_currency, cancellation_policy, created_at, updated_at)
         select uuidv7(), organization_id, practitioner_id, patient_id, booked_by, 'scheduled',
           starts_at + interval '10 minutes', ends_at + interval '10 minutes', fee_amount, fee_currency,
           cancellation_policy, created_at, updated_at from appointments where id = $1`,
        [id],
      ),
    ).rejects.toMatchObject({ code: '23P01' });
  });

  it('offers the nearest free slots for a time that is not on the doctor’s grid', async () => {
    const slot = (await freeSlots(patient.client, doctor.doctorId))[8];
    const between = Temporal.Instant.from(slot?.start ?? '').add({ minutes: 7 });
    const answer = await patient.client.post('/api/appointments/', {
      doctor_id: doctor.doctorId,
      start: between.toString(),
    });
    expect(answer.status).toBe(409);
    expect(answer.body.details).toMatchObject({ code: 'slot_not_offered' });
    expect(answer.body.details.nearest_free).toContainEqual({
      start: Temporal.Instant.from(slot?.start ?? '').toString(),
      end: Temporal.Instant.from(slot?.end ?? '').toString(),
    });
  });

  it('answers a repeat with the same Idempotency-Key from memory, also 50 at once', async () => {
    const someone = await register(app);
    const slot = (await freeSlots(patient.client, doctor.doctorId))[10];
    const body = { doctor_id: doctor.doctorId, start: slot?.start, reason: 'A private worry' };
    const keyed = someone.client.with({ 'idempotency-key': 'book-once' });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => keyed.post('/api/appointments/', body)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => answer.body.data.id)).size).toBe(1);
    expect(answers.every((answer) => answer.body.data.reason === 'A private worry')).toBe(true);
    const kept = await app.sql<{ body: Buffer }>(`select body from idempotency_keys where key = 'book-once'`);
    expect(kept[0]?.body.includes('A private worry')).toBe(false);
    const other = await keyed.post('/api/appointments/', { ...body, reason: 'Something else' });
    expect(other.status).toBe(422);
    expect(other.body.details.code).toBe('idempotency_key_reused');
  });

  it('frees a slot that was not paid for, once', async () => {
    const { id, start } = await book(patient, doctor.doctorId, 12);
    await app.sql(`update appointments set hold_expires_at = now() - interval '1 second' where id = $1`, [
      id,
    ]);
    const retaken = await register(app);
    const answer = await retaken.client.post('/api/appointments/', { doctor_id: doctor.doctorId, start });
    expect(answer.status).toBe(201);
    expect((await patient.client.get(`/api/appointments/${id}`)).body.data.status).toBe('expired');
  });

  it('lets a hold run out by itself', async () => {
    const { id } = await book(patient, doctor.doctorId, 14);
    await app.sql(`update appointments set hold_expires_at = now() where id = $1`, [id]);
    await app.sql(
      `update pgboss.job set start_after = now() where name = 'appointments.expire-hold' and data->>'appointmentId' = $1`,
      [id],
    );
    await eventually(
      async () => (await patient.client.get(`/api/appointments/${id}`)).body.data.status === 'expired',
      'the hold has expired',
    );
  });

  it('moves a confirmed visit, keeps its id, and frees the old slot', async () => {
    const { id, start } = await book(patient, doctor.doctorId, 16);
    await confirm(id);
    const target = (await freeSlots(patient.client, doctor.doctorId))[20];
    const stale = await patient.client
      .with({ 'if-match': '"99"' })
      .post(`/api/appointments/${id}/reschedule/`, { start: target?.start });
    expect(stale.body.details.code).toBe('version_changed');
    const moved = await patient.client
      .with({ 'if-match': '"1"' })
      .post(`/api/appointments/${id}/reschedule/`, { start: target?.start });
    expect(moved.status).toBe(200);
    expect(moved.body.data).toMatchObject({ id, status: 'scheduled', version: 2 });
    expect(
      Temporal.Instant.from(moved.body.data.start).equals(Temporal.Instant.from(target?.start ?? '')),
    ).toBe(true);
    const free = (await freeSlots(patient.client, doctor.doctorId)).map((slot) =>
      Temporal.Instant.from(slot.start).toString(),
    );
    expect(free).toContain(Temporal.Instant.from(start).toString());
  });

  it('refunds a patient who cancels late by the policy, and everything when the doctor cancels', async () => {
    const { id } = await book(patient, doctor.doctorId, 1);
    await confirm(id);
    const quote = await patient.client.get(`/api/appointments/${id}/cancellation-quote/`);
    expect(quote.body.data).toEqual({ refund_percent: 50, refund: { amount: 2500, currency: 'EUR' } });
    const doctors = await doctor.client.get(`/api/appointments/${id}/cancellation-quote/`);
    expect(doctors.body.data.refund_percent).toBe(100);
    const cancelled = await patient.client.post(`/api/appointments/${id}/cancel/`, {
      reason: 'I am well again',
    });
    const [row] = await app.sql<{ reason: Buffer }>(
      'select cancellation_reason as reason from appointments where id = $1',
      [id],
    );
    expect(row?.reason.includes('well again')).toBe(false);
    expect(cancelled.body.data).toMatchObject({
      status: 'cancelled',
      cancellation_reason: 'I am well again',
      cancelled_by: 'patient',
      refund: { refund_percent: 50 },
    });
    const again = await patient.client.post(`/api/appointments/${id}/cancel/`);
    expect(again.status).toBe(409);
    expect(again.body.details.code).toBe('appointment_is_cancelled');
  });

  it('is begun and ended by its doctor only', async () => {
    const { id } = await book(patient, doctor.doctorId, 2);
    const early = await doctor.client.post(`/api/appointments/${id}/start/`);
    expect(early.body.details.code).toBe('appointment_is_held');
    await confirm(id);
    expect((await patient.client.post(`/api/appointments/${id}/start/`)).status).toBe(403);
    const stranger = await registerDoctor(app, admin);
    expect((await stranger.client.post(`/api/appointments/${id}/start/`)).status).toBe(404);
    expect((await doctor.client.post(`/api/appointments/${id}/start/`)).body.data.status).toBe('in_progress');
    expect((await doctor.client.post(`/api/appointments/${id}/start/`)).status).toBe(200);
    expect((await doctor.client.post(`/api/appointments/${id}/end/`)).body.data.status).toBe('completed');
    expect((await doctor.client.post(`/api/appointments/${id}/start/`)).status).toBe(409);
  });

  it('keeps the doctor’s notes from the patient, and the patient’s reason from the doctor’s pen', async () => {
    const { id } = await book(patient, doctor.doctorId, 5);
    expect((await patient.client.patch(`/api/appointments/${id}`, { notes: 'mine' })).status).toBe(403);
    expect((await doctor.client.patch(`/api/appointments/${id}`, { reason: 'yours' })).status).toBe(403);
    const noted = await doctor.client.put(`/api/appointments/${id}`, { notes: 'Ask about travel' });
    expect(noted.body.data.notes).toBe('Ask about travel');
    expect((await patient.client.get(`/api/appointments/${id}`)).body.data.notes).toBeNull();
    expect((await admin.client.get(`/api/appointments/${id}`)).body.data).toMatchObject({
      notes: null,
      reason: null,
    });
  });

  it('answers text that PostgreSQL cannot hold with a clear error', async () => {
    const searched = await app.client().get('/api/doctors/?specialty=%00');
    expect(searched.status).toBe(400);
    expect(searched.body.details.code).toBe('value_not_allowed');
    const registered = await app.client().post('/api/auth/register/', {
      email: 'nul@example.test',
      password: 'long enough',
      first_name: 'a\u0000b',
      last_name: 'c',
    });
    expect(registered.status).toBe(400);
  });

  it('does not show one person’s visits to another', async () => {
    const { id } = await book(patient, doctor.doctorId, 7);
    const stranger = await register(app);
    for (const answer of await Promise.all([
      stranger.client.get(`/api/appointments/${id}`),
      stranger.client.patch(`/api/appointments/${id}`, { reason: 'x' }),
      stranger.client.post(`/api/appointments/${id}/cancel/`),
      stranger.client.post(`/api/appointments/${id}/reschedule/`, { start: '2027-01-01T00:00:00Z' }),
    ])) {
      expect(answer.status).toBe(404);
      expect(answer.body.details.code).toBe('appointment_not_found');
    }
    expect((await stranger.client.get('/api/appointments/')).body.data).toEqual({
      items: [],
      total: 0,
      page: 1,
      page_size: 20,
    });
    expect((await app.client().get('/api/appointments/')).status).toBe(401);
  });

  it('lists by role with filters, search, order and pages', async () => {
    const own = await doctor.client.get('/api/appointments/?ordering=-start&page_size=2&page=2');
    expect(own.body.data).toMatchObject({ page: 2, page_size: 2 });
    expect(own.body.data.items).toHaveLength(2);
    const held = await doctor.client.get('/api/appointments/?status=held&page_size=100');
    expect(new Set(held.body.data.items.map((visit: { status: string }) => visit.status))).toEqual(
      new Set(['held']),
    );
    const far = await doctor.client.get('/api/appointments/?page=1000');
    expect(far.body.data).toMatchObject({ items: [], total: own.body.data.total });
    const bad = await doctor.client.get('/api/appointments/?ordering=colour&page=0');
    expect(bad.status).toBe(400);
    expect(bad.body.details.fields.map((field: { path: string }) => field.path).toSorted()).toEqual([
      'ordering',
      'page',
    ]);
    for (const query of ['status=cancelled,completed', 'status=cancelled&status=completed']) {
      const several = await doctor.client.get(`/api/appointments/?${query}&page_size=100`);
      const statuses = several.body.data.items.map((visit: { status: string }) => visit.status);
      expect(new Set(statuses)).toEqual(new Set(['cancelled', 'completed']));
    }
    for (const status of ['nothing', 'held,', 'held,nothing']) {
      expect((await doctor.client.get(`/api/appointments/?status=${status}`)).status).toBe(400);
    }
    const [first] = own.body.data.items;
    const window = `start_after=${first.start}&start_before=${Temporal.Instant.from(first.start).add({ minutes: 1 }).toString()}`;
    const within = await doctor.client.get(
      `/api/appointments/?${window}&patient_id=${first.patient.id}&doctor_id=${doctor.doctorId}&search=${first.patient.name.slice(2)}`,
    );
    expect(within.body.data.items.map((visit: { id: string }) => visit.id)).toContain(first.id);
    const all = await admin.client.get(`/api/appointments/?doctor_id=${doctor.doctorId}`);
    expect(all.body.data.total).toBe(own.body.data.total);
    const upcoming = await doctor.client.get('/api/appointments/upcoming/');
    expect(upcoming.body.data.items.every((visit: { status: string }) => visit.status !== 'held')).toBe(true);
  });

  it('counts a slot that waits to be paid among what is upcoming, for its patient and while it is held', async () => {
    const someone = await register(app);
    const { id } = await book(someone, doctor.doctorId, 20);
    const mine = async (query = '') =>
      (await someone.client.get(`/api/appointments/upcoming/${query}`)).body.data.items;
    expect(await mine()).toMatchObject([{ id, status: 'held', hold_expires_at: expect.any(String) }]);
    expect(await mine('?status=scheduled')).toEqual([]);
    const doctors = await doctor.client.get('/api/appointments/upcoming/?page_size=100');
    expect(doctors.body.data.items.map((visit: { id: string }) => visit.id)).not.toContain(id);
    const quote = await someone.client.get(`/api/appointments/${id}/cancellation-quote/`);
    expect(quote.body.data.refund).toEqual({ amount: 0, currency: 'EUR' });
    await app.sql(`update appointments set hold_expires_at = now() where id = $1`, [id]);
    expect(await mine()).toEqual([]);
    // One that is over, one that has just ended and may still be entered, one that goes on and on.
    for (const [status, minutes, shown] of [
      ['scheduled', -61, false],
      ['scheduled', -59, true],
      ['in_progress', -300, true],
    ] as const) {
      await app.sql(
        `update appointments set status = $2, starts_at = now() + make_interval(mins => $3),
           ends_at = now() + make_interval(mins => $3 + 30) where id = $1`,
        [id, status, minutes],
      );
      expect((await mine()).length === 1).toBe(shown);
    }
  });
});
