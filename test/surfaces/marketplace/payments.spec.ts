import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { failedJobs, intentFor, PAYING_APP, paidVisit, payInBrowser, settled } from '../../support/paying.ts';
import {
  book,
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

const EUR_50 = { amount: 5000, currency: 'EUR' };
const NOTHING = { amount: 0, currency: 'EUR' };

describe('payments', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin);
  });
  after(() => app.close());

  const held = async () => {
    const patient = await register(app);
    return { patient, ...(await book(patient, doctor.doctorId)) };
  };
  const statusOf = async (person: Person, transactionId: string): Promise<string> =>
    (await person.client.get(`/api/payments/transactions/${transactionId}/`)).body.data.status;
  const visitOf = async (person: Person, id: string): Promise<string> =>
    (await person.client.get(`/api/appointments/${id}/`)).body.data.status;
  const lapse = (id: string) =>
    app.sql(`update appointments set hold_expires_at = now() - interval '1 second' where id = $1`, [id]);
  /** The time of the reconciler has come. */
  const reconcileNow = async (transactionId: string) => {
    await app.sql(
      `update pgboss.job set start_after = now() where name = 'payments.reconcile' and data ->> 'paymentId' = $1`,
      [transactionId],
    );
    await settled(app);
  };

  it('opens the payment of a held visit, at its fee, whatever price the client sends', async () => {
    const { patient, id } = await held();
    const answer = await patient.client.post('/api/payments/intent/', {
      appointment_id: id,
      amount: { amount: 1, currency: 'EUR' },
      fee: 1,
    });
    expect(answer.status).toBe(201);
    const reference = expect.stringMatching(/^pi_/);
    expect(answer.body).toEqual({
      status: 'success',
      message: 'Pay before the slot is given up.',
      data: {
        transaction: {
          id: expect.any(String),
          appointment_id: id,
          doctor_id: doctor.doctorId,
          patient_id: expect.any(String),
          provider: 'stripe',
          provider_reference: reference,
          amount: EUR_50,
          refunded: NOTHING,
          disputed: NOTHING,
          commission: null,
          status: 'created',
          failure_code: null,
          succeeded_at: null,
          created_at: expect.any(String),
          updated_at: expect.any(String),
        },
        provider: 'stripe',
        client_secret: expect.stringMatching(/^pi_.+_secret_/),
        publishable_key: 'pk_test_sandbox',
        checkout_url: expect.stringContaining(`${app.sandbox.url}/pay/pi_`),
        expires_at: expect.any(String),
      },
    });
    expect((await fetch(answer.body.data.checkout_url)).status).toBe(200);
    const intent = app.sandbox.control.intents().find(({ metadata }) => metadata['appointment_id'] === id);
    expect(intent).toMatchObject({ amount: 5000, currency: 'eur' });
  });

  it('gives the same payment again, also to 10 at once and through /transactions/', async () => {
    const { patient, id } = await held();
    const intents = await Promise.all(Array.from({ length: 10 }, () => intentFor(patient, id)));
    const again = await patient.client.post('/api/payments/transactions', { appointment_id: id });
    expect(again.status).toBe(201);
    expect(new Set([...intents, again.body.data].map((intent) => intent.client_secret)).size).toBe(1);
    expect(new Set([...intents, again.body.data].map((intent) => intent.transaction.id)).size).toBe(1);
  });

  it('confirms the visit when the webhook says that the money came', async () => {
    const { patient, id } = await held();
    const intent = await intentFor(patient, id);
    expect(await payInBrowser(app, intent)).toMatchObject({ status: 200, body: { status: 'succeeded' } });
    await settled(app);
    expect(await visitOf(patient, id)).toBe('scheduled');
    const asPatient = await patient.client.get(`/api/payments/transactions/${intent.transaction.id}/`);
    expect(asPatient.body.data).toMatchObject({
      status: 'succeeded',
      succeeded_at: expect.any(String),
      commission: null,
    });
    const asDoctor = await doctor.client.get(`/api/payments/transactions/${intent.transaction.id}/`);
    expect(asDoctor.body.data).toMatchObject({
      status: 'succeeded',
      commission: { amount: 750, currency: 'EUR' },
    });
    const twice = await patient.client.post('/api/payments/intent/', { appointment_id: id });
    expect(twice.status).toBe(409);
    expect(twice.body.details).toEqual({ code: 'already_paid', transaction_id: intent.transaction.id });
  });

  it('lets a patient try another card after a decline', async () => {
    const { patient, id } = await held();
    const intent = await intentFor(patient, id);
    expect((await payInBrowser(app, intent, 'pm_card_chargeDeclined')).status).toBe(402);
    await settled(app);
    const declined = await patient.client.get(`/api/payments/transactions/${intent.transaction.id}/`);
    expect(declined.body.data).toMatchObject({ status: 'failed', failure_code: 'generic_decline' });
    const again = await intentFor(patient, id);
    expect(again.client_secret).toBe(intent.client_secret);
    expect((await payInBrowser(app, again)).status).toBe(200);
    await settled(app);
    expect(await statusOf(patient, intent.transaction.id)).toBe('succeeded');
    expect(await visitOf(patient, id)).toBe('scheduled');
  });

  it('takes a payment that is told of in the wrong order', async () => {
    const { patient, id } = await held();
    const intent = await intentFor(patient, id);
    app.sandbox.control.reorderNext(2, ['payment_intent.processing', 'payment_intent.succeeded']);
    await payInBrowser(app, intent, 'pm_sandbox_processing');
    app.sandbox.control.settleIntent(intent.transaction.provider_reference, 'succeeded');
    await settled(app);
    expect(await statusOf(patient, intent.transaction.id)).toBe('succeeded');
    const types = await app.sql<{ outcome: string }>(
      `select outcome from webhook_events where type = 'payment_intent.processing' and convert_from(payload, 'UTF8') like $1`,
      [`%${intent.transaction.provider_reference}%`],
    );
    expect(types).toEqual([{ outcome: 'unchanged' }]);
  });

  it('stays refunded when it is told late that it was paid', async () => {
    const { patient, id } = await held();
    const intent = await intentFor(patient, id);
    app.sandbox.control.loseNext(1, ['payment_intent.succeeded']);
    await payInBrowser(app, intent);
    await reconcileNow(intent.transaction.id);
    app.sandbox.control.refund(intent.transaction.provider_reference, 1500);
    await settled(app);
    expect(await statusOf(patient, intent.transaction.id)).toBe('partially_refunded');
    const lost = app.sandbox.control.events().findLast(({ delivery }) => delivery === 'lost');
    app.sandbox.control.redeliver(lost?.event.id ?? '');
    await settled(app);
    expect(await statusOf(patient, intent.transaction.id)).toBe('partially_refunded');
  });

  it('does not open a payment for what is not held by the patient', async () => {
    const { patient, id } = await held();
    const stranger = await register(app);
    const pay = (person: Person, appointmentId: string) =>
      person.client.post('/api/payments/intent/', { appointment_id: appointmentId });
    expect(await pay(stranger, id)).toMatchObject({
      status: 404,
      body: { details: { code: 'appointment_not_found' } },
    });
    for (const other of [doctor, admin]) {
      expect(await pay(other, id)).toMatchObject({
        status: 403,
        body: { details: { code: 'not_the_payer' } },
      });
    }
    expect((await app.client().post('/api/payments/intent/', { appointment_id: id })).status).toBe(401);
    expect(await pay(patient, 'not-an-id')).toMatchObject({
      status: 400,
      body: { details: { code: 'validation_failed', fields: [{ path: 'appointment_id' }] } },
    });
    await lapse(id);
    expect(await pay(patient, id)).toMatchObject({
      status: 410,
      body: { details: { code: 'hold_expired' } },
    });
  });

  it('shows payments to those who take part in them', async () => {
    const visit = await paidVisit(app, doctor);
    const stranger = await register(app);
    const path = `/api/payments/transactions/${visit.transactionId}/`;
    expect((await stranger.client.get(path)).body.details.code).toBe('transaction_not_found');
    expect((await stranger.client.get('/api/payments/transactions/')).body.data).toEqual({
      items: [],
      total: 0,
      page: 1,
      page_size: 20,
    });
    const own = await visit.patient.client.get('/api/payments/transactions/?status=succeeded');
    expect(own.body.data.items.map((item: { id: string }) => item.id)).toEqual([visit.transactionId]);
    for (const person of [doctor, admin]) {
      const all = await person.client.get(
        `/api/payments/transactions/?appointment_id=${visit.appointmentId}&ordering=-amount`,
      );
      expect(all.body.data).toMatchObject({ total: 1, items: [{ id: visit.transactionId }] });
    }
    expect(
      (await admin.client.get('/api/payments/transactions/?created_at=1999-01-01')).body.data.total,
    ).toBe(0);
  });

  it('gives a late payment back when the slot is gone', async () => {
    const { patient, id, start } = await held();
    const intent = await intentFor(patient, id);
    app.sandbox.control.loseNext(1, ['payment_intent.succeeded']);
    await payInBrowser(app, intent);
    await settled(app);
    expect(await visitOf(patient, id)).toBe('held');
    await lapse(id);
    const other = await register(app);
    const taken = await other.client.post('/api/appointments/', { doctor_id: doctor.doctorId, start });
    expect(taken.status).toBe(201);
    const lost = app.sandbox.control.events().findLast(({ delivery }) => delivery === 'lost');
    app.sandbox.control.redeliver(lost?.event.id ?? '');
    await settled(app);
    expect(await visitOf(patient, id)).toBe('expired');
    expect(await visitOf(other, taken.body.data.id)).toBe('held');
    const payment = await patient.client.get(`/api/payments/transactions/${intent.transaction.id}/`);
    expect(payment.body.data).toMatchObject({ status: 'refunded', refunded: EUR_50 });
    const refunds = await admin.client.get(`/api/payments/refunds/?transaction_id=${intent.transaction.id}`);
    expect(refunds.body.data.items).toMatchObject([
      { cause: 'slot_lost', status: 'succeeded', amount: EUR_50, requested_by: null },
    ]);
  });

  it('asks the provider about a payment of which nobody has told', async () => {
    const { patient, id } = await held();
    const intent = await intentFor(patient, id);
    app.sandbox.control.loseNext(1, ['payment_intent.succeeded']);
    await payInBrowser(app, intent);
    await settled(app);
    expect(await statusOf(patient, intent.transaction.id)).toBe('created');
    await reconcileNow(intent.transaction.id);
    expect(await statusOf(patient, intent.transaction.id)).toBe('succeeded');
    expect(await visitOf(patient, id)).toBe('scheduled');
  });

  it('closes the payment of a hold that has lapsed, at the provider too', async () => {
    const { patient, id } = await held();
    const intent = await intentFor(patient, id);
    await app.sql(
      `update pgboss.job set start_after = now() where name = 'appointments.expire-hold' and data ->> 'appointmentId' = $1`,
      [id],
    );
    await settled(app);
    expect(await statusOf(patient, intent.transaction.id)).toBe('cancelled');
    expect(await payInBrowser(app, intent)).toMatchObject({ status: 400 });
    const again = await patient.client.post('/api/payments/intent/', { appointment_id: id });
    expect(again.body.details.code).toBe('hold_expired');
  });

  it('opens one payment when the provider’s answer is lost', async () => {
    const { patient, id } = await held();
    app.sandbox.control.dropResponses(3, 'destroy');
    const unanswered = await patient.client.post('/api/payments/intent/', { appointment_id: id });
    expect(unanswered).toMatchObject({
      status: 503,
      body: { details: { code: 'payment_provider_unavailable' } },
    });
    await intentFor(patient, id);
    const made = app.sandbox.control.intents().filter(({ metadata }) => metadata['appointment_id'] === id);
    expect(made).toHaveLength(1);
  });

  it('leaves no job behind that failed', async () => {
    expect(await failedJobs(app)).toEqual([]);
  });
});
