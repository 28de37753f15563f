import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { failedJobs, intentFor, PAYING_APP, payInBrowser, settled } from '../../support/paying.ts';
import {
  type DoctorPerson,
  freeSlots,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import { startedVisit } from '../../support/visits.ts';

const FREE = { consultation_fee: { amount: 0, currency: 'EUR' } };

describe('follow-ups', () => {
  let app: TestApp;
  let admin: Person;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
  });
  after(() => app.close());

  interface Over {
    readonly doctor: DoctorPerson;
    readonly patient: Person;
    readonly id: string;
  }

  /** A visit that has taken place. */
  const over = async (profile: Record<string, unknown> = {}): Promise<Over> => {
    const doctor = await registerDoctor(app, admin, profile);
    const patient = await register(app);
    const { id } = await startedVisit(app, patient, doctor);
    await doctor.client.post(`/api/appointments/${id}/end/`);
    await app.drained();
    return { doctor, patient, id };
  };
  const propose = ({ doctor, id }: Over, body: object) =>
    doctor.client.post(`/api/appointments/${id}/follow-up/`, body);
  const slot = async ({ doctor }: Over, index: number) =>
    (await freeSlots(doctor.client, doctor.doctorId))[index]?.start ?? '';
  const seen = async (who: Person, id: string) =>
    (await who.client.get(`/api/appointments/${id}/`)).body.data;

  it('recommends to come again, for the two people of the visit to read', async () => {
    const visit = await over();
    expect((await seen(visit.patient, visit.id)).follow_up).toBeNull();
    const answer = await propose(visit, { within_days: 14, reason: 'See whether the rash has gone' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      message: 'Recommended.',
      data: {
        visit: { id: visit.id, follow_up: { within_days: 14, reason: 'See whether the rash has gone' } },
        proposed: null,
      },
    });
    expect((await seen(visit.patient, visit.id)).follow_up).toEqual({
      within_days: 14,
      reason: 'See whether the rash has gone',
    });
    expect((await seen(admin, visit.id)).follow_up).toEqual({ within_days: 14, reason: null });
    const [row] = await app.sql<{ reason: Buffer }>(
      'select follow_up_reason as reason from appointments where id = $1',
      [visit.id],
    );
    expect(row?.reason.includes('rash')).toBe(false);
  });

  it('keeps a proposed time for a day, tells the patient, and is confirmed by paying', async () => {
    const visit = await over();
    const start = await slot(visit, 100);
    const asked = Date.now();
    const answer = await propose(visit, { start, reason: 'See whether the rash has gone' });
    const { proposed } = answer.body.data;
    expect(proposed).toMatchObject({
      status: 'held',
      follow_up_of: visit.id,
      reason: 'See whether the rash has gone',
      fee: { amount: 5000, currency: 'EUR' },
    });
    expect(Date.parse(proposed.hold_expires_at) - asked).toBeGreaterThan(23.9 * 3_600_000);
    expect(Date.parse(proposed.hold_expires_at) - asked).toBeLessThan(24.1 * 3_600_000);
    await app.drained();
    const offers = await visit.patient.client.get('/api/notifications/?type=appointment_offered');
    expect(offers.body.data.items).toMatchObject([
      { title: 'A time is kept for you', data: { appointment_id: proposed.id } },
    ]);
    const mail = (await mailsTo(app, visit.patient.email)).at(-1);
    expect(mail).toMatchObject({ subject: 'A time is kept for you' });
    expect(mail?.text).not.toContain('rash');
    const upcoming = await visit.patient.client.get('/api/appointments/upcoming/');
    expect(upcoming.body.data.items).toMatchObject([{ id: proposed.id }]);
    const list = await visit.doctor.client.get(`/api/appointments/?follow_up_of=${visit.id}`);
    expect(list.body.data.items).toMatchObject([{ id: proposed.id }]);

    const unpaid = await visit.patient.client.post(`/api/appointments/${proposed.id}/accept/`);
    expect([unpaid.status, unpaid.body.details.code]).toEqual([402, 'payment_required']);
    await payInBrowser(app, await intentFor(visit.patient, proposed.id));
    await settled(app);
    expect(await seen(visit.patient, proposed.id)).toMatchObject({
      status: 'scheduled',
      hold_expires_at: null,
    });
    expect(await failedJobs(app)).toEqual([]);
  });

  it('is accepted, once, where it costs nothing, and by its patient only', async () => {
    const visit = await over(FREE);
    const { proposed } = (await propose(visit, { start: await slot(visit, 100), reason: 'Blood pressure' }))
      .body.data;
    expect(proposed.status).toBe('held');
    const accept = (who: Person) => who.client.post(`/api/appointments/${proposed.id}/accept/`);
    expect((await accept(await register(app))).status).toBe(404);
    expect((await accept(visit.doctor)).status).toBe(403);
    const both = await Promise.all([accept(visit.patient), accept(visit.patient)]);
    expect(both.map((answer) => answer.body.data?.status)).toEqual(['scheduled', 'scheduled']);
    await app.drained();
    const told = await visit.patient.client.get('/api/notifications/?type=appointment_confirmed');
    expect(
      told.body.data.items.filter(
        (one: { data: { appointment_id: string } }) => one.data.appointment_id === proposed.id,
      ),
    ).toHaveLength(1);
  });

  it('ends by itself: a proposal that nobody takes frees its slot, and cannot be taken any more', async () => {
    const visit = await over(FREE);
    const start = await slot(visit, 100);
    const { proposed } = (await propose(visit, { start, reason: 'Blood pressure' })).body.data;
    expect(await slot(visit, 100)).not.toBe(start);
    await app.sql(`update appointments set hold_expires_at = now() where id = $1`, [proposed.id]);
    const late = await visit.patient.client.post(`/api/appointments/${proposed.id}/accept/`);
    expect([late.status, late.body.details.code]).toEqual([410, 'hold_expired']);
    await app.sql(
      `update pgboss.job set start_after = now() where name = 'appointments.expire-hold' and data->>'appointmentId' = $1`,
      [proposed.id],
    );
    await app.drained();
    expect((await seen(visit.patient, proposed.id)).status).toBe('expired');
    expect(await slot(visit, 100)).toBe(start);
  });

  it('is declined by cancelling it', async () => {
    const visit = await over(FREE);
    const start = await slot(visit, 100);
    const { proposed } = (await propose(visit, { start, reason: 'Blood pressure' })).body.data;
    const declined = await visit.patient.client.post(`/api/appointments/${proposed.id}/cancel/`);
    expect(declined.body.data).toMatchObject({ status: 'cancelled', refund: { refund: { amount: 0 } } });
    expect(await slot(visit, 100)).toBe(start);
    const late = await visit.patient.client.post(`/api/appointments/${proposed.id}/accept/`);
    expect(late.body.details.code).toBe('appointment_is_cancelled');
  });

  it('never keeps a slot beyond its own start', async () => {
    const visit = await over();
    const { proposed } = (await propose(visit, { start: await slot(visit, 2), reason: 'Soon' })).body.data;
    expect(proposed.hold_expires_at).toBe(proposed.start);
  });

  it('is for the doctor of a visit that has taken place, for slots of theirs, once for each key', async () => {
    const visit = await over();
    expect(
      (await propose({ ...visit, doctor: await registerDoctor(app, admin) }, { reason: 'x' })).status,
    ).toBe(404);
    const forbidden = await visit.patient.client.post(`/api/appointments/${visit.id}/follow-up/`, {
      reason: 'x',
    });
    expect(forbidden.status).toBe(403);
    const begun = await startedVisit(app, await register(app), visit.doctor, 5);
    const early = await propose({ ...visit, id: begun.id }, { reason: 'x' });
    expect(early.body.details).toMatchObject({ code: 'appointment_not_completed', status: 'in_progress' });
    const off = await propose(visit, { start: '2027-01-01T00:07:00Z', reason: 'x' });
    expect(off.body.details).toMatchObject({ code: 'slot_not_offered', nearest_free: expect.any(Array) });
    for (const body of [
      {},
      { reason: '  ' },
      { reason: 'x', within_days: 0 },
      { reason: 'x'.repeat(2001) },
    ]) {
      expect((await propose(visit, body)).status).toBe(400);
    }
    const keyed = visit.doctor.client.with({ 'idempotency-key': 'again' });
    const start = await slot(visit, 100);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        keyed.post(`/api/appointments/${visit.id}/follow-up/`, { start, reason: 'Once' }),
      ),
    );
    expect(new Set(answers.map((answer) => answer.body.data.proposed.id)).size).toBe(1);
    const taken = await propose(visit, { start, reason: 'Twice' });
    expect(taken.body.details.code).toBe('slot_taken');
  });
});
