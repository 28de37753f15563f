import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { failedJobs, intentFor, PAYING_APP, payInBrowser, settled } from '../../support/paying.ts';
import {
  book,
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

const INR_800 = { amount: 80_000, currency: 'INR' };
const inr = (amount: number) => ({ amount, currency: 'INR' });
const WEBHOOKS = '/api/payments/webhooks/';

describe('payments with Razorpay', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp({
      ...PAYING_APP,
      RAZORPAY_WEBHOOK_SECRETS: 'razorpay-webhook-of-before,razorpay-webhook-of-tests',
    });
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin, { consultation_fee: INR_800 });
  });
  after(() => app.close());

  const opened = async () => {
    const patient = await register(app);
    const { id, start } = await book(patient, doctor.doctorId);
    const intent = await intentFor(patient, id);
    return { patient, id, start, orderId: intent.client_secret, transactionId: intent.transaction.id };
  };
  type Opened = Awaited<ReturnType<typeof opened>>;
  const paid = async () => {
    const visit = await opened();
    const payment = app.razorpay.control.pay(visit.orderId);
    await settled(app);
    return { ...visit, payment };
  };
  const transaction = async ({ patient, transactionId }: Opened) =>
    (await patient.client.get(`/api/payments/transactions/${transactionId}/`)).body.data;
  const visitOf = async ({ patient, id }: Opened): Promise<string> =>
    (await patient.client.get(`/api/appointments/${id}/`)).body.data.status;
  const confirm = (person: Person, { transactionId }: Opened, body: object = {}) =>
    person.client.post(`/api/payments/transactions/${transactionId}/confirm/`, body);
  const jobNow = async (queue: string, { transactionId, id }: Opened) => {
    await app.sql(
      `update pgboss.job set start_after = now() where name = $1 and $2 in (data ->> 'paymentId', data ->> 'appointmentId')`,
      [queue, queue === 'appointments.expire-hold' ? id : transactionId],
    );
    await settled(app);
  };
  const lapse = async (visit: Opened) => {
    await jobNow('appointments.expire-hold', visit);
    expect(await visitOf(visit)).toBe('expired');
    expect(await transaction(visit)).toMatchObject({ status: 'cancelled' });
  };
  const booked = ({ transactionId }: Opened) =>
    app.sql<{ kind: string; provider: string | null; sum: string }>(
      `select t.kind, a.provider, sum(p.amount)::text as sum
       from ledger_postings p join ledger_accounts a on a.id = p.account_id join ledger_transactions t on t.id = p.transaction_id
       where t.payment_id = $1 and a.kind = 'provider_clearing' and t.kind <> 'provider_fee' group by t.sequence, t.kind, a.provider order by t.sequence`,
      [transactionId],
    );

  /** The newest event of a type about an order, as it would be sent. */
  const event = (type: string, orderId: string) => {
    const found = app.razorpay.control
      .events()
      .findLast(
        ({ event: one }) => one.body.event === type && JSON.stringify(one.body.payload).includes(orderId),
      );
    if (!found) throw new Error(`The sandbox has no ${type} of ${orderId}.`);
    return { id: found.event.id, ...app.razorpay.control.webhook(found.event.id, 0) };
  };
  const send = (
    { id, body, headers }: ReturnType<typeof event>,
    {
      secret,
      bytes = body,
      path = WEBHOOKS,
    }: { secret?: string; bytes?: string | Uint8Array; path?: string } = {},
  ) => {
    const signature = secret && createHmac('sha256', secret).update(bytes).digest('hex');
    const signed = signature ? { 'x-razorpay-event-id': id, 'x-razorpay-signature': signature } : headers;
    return app.client().with(signed).post(path, bytes);
  };
  /** Paid, with every webhook lost on its way. */
  const untold = async () => {
    const visit = await opened();
    app.razorpay.control.loseNext(3);
    const payment = app.razorpay.control.pay(visit.orderId);
    await settled(app);
    expect(await visitOf(visit)).toBe('held');
    return { ...visit, payment };
  };

  it('opens an order for a visit in its currency, and nothing for another', async () => {
    const patient = await register(app);
    const { id } = await book(patient, doctor.doctorId);
    const answer = await patient.client.post('/api/payments/intent/', { appointment_id: id });
    expect(answer.status).toBe(201);
    const orderId = expect.stringMatching(/^order_[0-9A-Za-z]{14}$/);
    expect(answer.body.data).toMatchObject({
      transaction: { provider: 'razorpay', provider_reference: orderId, amount: INR_800, status: 'created' },
      provider: 'razorpay',
      client_secret: orderId,
      publishable_key: 'rzp_test_televisit',
      checkout_url: `${app.razorpay.url}/pay/${answer.body.data.client_secret}`,
    });
    const order = app.razorpay.control.orders().find((one) => one.id === answer.body.data.client_secret);
    expect(order).toMatchObject({
      amount: 80_000,
      currency: 'INR',
      receipt: answer.body.data.transaction.id,
      notes: { payment_id: answer.body.data.transaction.id, appointment_id: id },
    });
    const elsewhere = await registerDoctor(app, admin);
    const other = await register(app);
    const euros = await intentFor(other, (await book(other, elsewhere.doctorId)).id);
    expect(euros.client_secret).toMatch(/^pi_/);
  });

  it('opens one order that can be paid, also for 10 who ask at once', async () => {
    const patient = await register(app);
    const { id } = await book(patient, doctor.doctorId);
    const intents = await Promise.all(Array.from({ length: 10 }, () => intentFor(patient, id)));
    expect(new Set(intents.map((intent) => intent.client_secret)).size).toBe(1);
    expect(new Set(intents.map((intent) => intent.transaction.provider_reference)).size).toBe(1);
    app.razorpay.control.pay(intents[0]?.client_secret ?? '');
    await settled(app);
    expect((await patient.client.get(`/api/appointments/${id}/`)).body.data.status).toBe('scheduled');
  });

  it('finds the order of which the answer was lost', async () => {
    const patient = await register(app);
    const { id } = await book(patient, doctor.doctorId);
    app.razorpay.control.dropResponses(1);
    const unanswered = await patient.client.post('/api/payments/intent/', { appointment_id: id });
    expect(unanswered).toMatchObject({
      status: 503,
      body: { details: { code: 'payment_provider_unavailable' } },
    });
    const intent = await intentFor(patient, id);
    const made = app.razorpay.control.orders().filter(({ receipt }) => receipt === intent.transaction.id);
    expect(made.map((order) => order.id)).toEqual([intent.client_secret]);
  });

  it('confirms the visit by webhook, and books the payment once', async () => {
    const visit = await paid();
    expect(await visitOf(visit)).toBe('scheduled');
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded', refunded: inr(0) });
    expect(await booked(visit)).toEqual([{ kind: 'payment_received', provider: 'razorpay', sum: '80000' }]);
    const outcomes = await app.sql(
      `select type, outcome from webhook_events where provider = 'razorpay'
       and convert_from(payload, 'UTF8') like $1 order by type`,
      [`%${visit.orderId}%`],
    );
    expect(outcomes.map(({ type }) => type)).toEqual([
      'order.paid',
      'payment.authorized',
      'payment.captured',
    ]);
  });

  it('books what Razorpay kept of a payment, once', async () => {
    const visit = await paid();
    const fees = () =>
      app.sql(
        `select a.kind, a.currency, p.amount::int as amount from ledger_postings p
         join ledger_accounts a on a.id = p.account_id join ledger_transactions t on t.id = p.transaction_id
         where t.kind = 'provider_fee' and t.payment_id = $1 order by p.amount`,
        [visit.transactionId],
      );
    const kept = { currency: 'INR', amount: visit.payment.fee };
    expect(kept.amount).toBe(1_600);
    expect(await fees()).toEqual([
      { kind: 'provider_clearing', ...kept, amount: -1_600 },
      { kind: 'provider_fees', ...kept },
    ]);
    await app.sql(
      `insert into pgboss.job (name, data) values ('payments.book-provider-fee', jsonb_build_object('paymentId', $1::text, 'asked', 1))`,
      [visit.transactionId],
    );
    await settled(app);
    expect(await fees()).toHaveLength(2);
  });

  it('takes the word of the checkout when it is signed for this order, and asks Razorpay', async () => {
    const visit = await untold();
    const handover = app.razorpay.control.checkoutResult(visit.payment.id);
    const other = await untold();
    const forged = [
      {},
      { ...handover, razorpay_signature: handover.razorpay_signature.replace(/.$/, 'x') },
      { ...handover, razorpay_payment_id: other.payment.id },
      // Genuine, and of another order; the order that the browser names is not asked.
      app.razorpay.control.checkoutResult(other.payment.id),
      { ...app.razorpay.control.checkoutResult(other.payment.id), razorpay_order_id: visit.orderId },
    ];
    for (const body of forged) {
      expect(await confirm(visit.patient, visit, body)).toMatchObject({
        status: 400,
        body: { details: { code: 'checkout_signature_invalid' } },
      });
    }
    expect(await visitOf(visit)).toBe('held');
    const confirmed = await confirm(visit.patient, visit, handover);
    expect(confirmed).toMatchObject({
      status: 200,
      body: { data: { status: 'succeeded', amount: INR_800 } },
    });
    expect(await visitOf(visit)).toBe('scheduled');
    expect((await confirm(visit.patient, visit, handover)).body.data.status).toBe('succeeded');
    expect(await booked(visit)).toHaveLength(1);
  });

  it('confirms for the payer alone; with Stripe nothing is handed over', async () => {
    const visit = await untold();
    const handover = app.razorpay.control.checkoutResult(visit.payment.id);
    const stranger = await register(app);
    expect((await confirm(stranger, visit, handover)).body.details.code).toBe('transaction_not_found');
    for (const person of [doctor, admin]) {
      expect((await confirm(person, visit, handover)).body.details.code).toBe('not_the_payer');
    }
    expect(
      (await app.client().post(`/api/payments/transactions/${visit.transactionId}/confirm/`)).status,
    ).toBe(401);
    const elsewhere = await registerDoctor(app, admin);
    const patient = await register(app);
    const { id } = await book(patient, elsewhere.doctorId);
    const intent = await intentFor(patient, id);
    const unpaid = await patient.client.post(
      `/api/payments/transactions/${intent.transaction.id}/confirm/`,
      {},
    );
    expect(unpaid).toMatchObject({ status: 200, body: { data: { status: 'created' } } });
    app.sandbox.control.loseNext(1, ['payment_intent.succeeded']);
    await payInBrowser(app, intent);
    const confirmed = await patient.client.post(
      `/api/payments/transactions/${intent.transaction.id}/confirm/`,
      {},
    );
    expect(confirmed.body.data.status).toBe('succeeded');
  });

  it('lets a patient try again after a decline, on the same order', async () => {
    const visit = await opened();
    app.razorpay.control.pay(visit.orderId, 'declined');
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'failed', failure_code: 'payment_failed' });
    expect((await intentFor(visit.patient, visit.id)).client_secret).toBe(visit.orderId);
    app.razorpay.control.pay(visit.orderId);
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded', failure_code: null });
    expect(await visitOf(visit)).toBe('scheduled');
  });

  it('takes a payment that failed at first and was authorised late', async () => {
    const visit = await opened();
    const attempt = app.razorpay.control.pay(visit.orderId, 'pending');
    app.razorpay.control.settlePayment(attempt.id, 'failed');
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'failed', failure_code: 'payment_timed_out' });
    app.razorpay.control.settlePayment(attempt.id, 'authorized');
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded' });
    expect(await visitOf(visit)).toBe('scheduled');
  });

  it('gives back what comes for a hold that has lapsed and whose slot is taken', async () => {
    const visit = await opened();
    const attempt = app.razorpay.control.pay(visit.orderId, 'declined');
    await settled(app);
    await lapse(visit);
    const other = await register(app);
    const taken = await other.client.post('/api/appointments/', {
      doctor_id: doctor.doctorId,
      start: visit.start,
    });
    expect(taken.status).toBe(201);
    // Razorpay cannot close an order, and the bank speaks at last.
    app.razorpay.control.settlePayment(attempt.id, 'authorized');
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'refunded', refunded: INR_800 });
    expect(app.razorpay.control.payments().find(({ id }) => id === attempt.id)).toMatchObject({
      status: 'refunded',
      amount_refunded: 80_000,
    });
    expect((await booked(visit)).map(({ kind, sum }) => [kind, sum])).toEqual([
      ['payment_received', '80000'],
      ['refund_given', '-80000'],
    ]);
  });

  it('gives back what comes for a payment that was given up, when another one pays for the visit', async () => {
    const visit = await opened();
    // Given up while the slot is still held: a clock that runs ahead, or an administrator with a job.
    await jobNow('payments.reconcile', visit);
    expect(await transaction(visit)).toMatchObject({ status: 'cancelled' });
    const second = await intentFor(visit.patient, visit.id);
    expect(second.transaction.id).not.toBe(visit.transactionId);
    app.razorpay.control.pay(second.client_secret);
    await settled(app);
    expect(await visitOf(visit)).toBe('scheduled');
    // Razorpay cannot close an order: the first one is paid, too.
    const attempt = app.razorpay.control.pay(visit.orderId);
    await settled(app);
    expect(await failedJobs(app)).toEqual([]);
    expect(await transaction(visit)).toMatchObject({ status: 'refunded', refunded: INR_800 });
    expect(app.razorpay.control.payments().find(({ id }) => id === attempt.id)).toMatchObject({
      status: 'refunded',
      amount_refunded: 80_000,
    });
    const refunds = await admin.client.get(`/api/payments/refunds/?transaction_id=${visit.transactionId}`);
    expect(refunds.body.data.items).toMatchObject([
      { cause: 'paid_twice', status: 'succeeded', amount: INR_800 },
    ]);
    expect((await booked(visit)).map(({ kind, sum }) => [kind, sum])).toEqual([
      ['payment_received', '80000'],
      ['refund_given', '-80000'],
    ]);
    // The visit is the other payment's: it stands, and is given back when the visit is cancelled.
    expect(await visitOf(visit)).toBe('scheduled');
    const other = { ...visit, transactionId: second.transaction.id };
    expect(await transaction(other)).toMatchObject({ status: 'succeeded' });
    expect((await doctor.client.post(`/api/appointments/${visit.id}/cancel/`)).status).toBe(200);
    await settled(app);
    expect(await transaction(other)).toMatchObject({ status: 'refunded' });
  });

  it('leaves a visit to the payment that is open for it when money comes for one that was given up', async () => {
    const visit = await opened();
    await jobNow('payments.reconcile', visit);
    const second = await intentFor(visit.patient, visit.id);
    app.razorpay.control.pay(visit.orderId);
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'refunded' });
    expect(await visitOf(visit)).toBe('held');
    app.razorpay.control.pay(second.client_secret);
    await settled(app);
    expect(await visitOf(visit)).toBe('scheduled');
    expect(await failedJobs(app)).toEqual([]);
  });

  it('takes money that waits, when Razorpay did not take it by itself', async () => {
    const visit = await opened();
    const attempt = app.razorpay.control.pay(visit.orderId, 'uncaptured');
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'processing' });
    await jobNow('payments.collect', visit);
    expect(app.razorpay.control.payments().find(({ id }) => id === attempt.id)?.status).toBe('captured');
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded' });
    expect(await visitOf(visit)).toBe('scheduled');
  });

  it('takes money that waits also for a hold that has lapsed, and gives it back from here', async () => {
    const visit = await opened();
    await lapse(visit);
    const other = await register(app);
    await other.client.post('/api/appointments/', { doctor_id: doctor.doctorId, start: visit.start });
    app.razorpay.control.pay(visit.orderId, 'uncaptured');
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'cancelled' });
    await jobNow('payments.collect', visit);
    expect(await transaction(visit)).toMatchObject({ status: 'refunded' });
  });

  it('keeps no books of what nobody took and Razorpay gave back', async () => {
    const visit = await opened();
    const attempt = app.razorpay.control.pay(visit.orderId, 'uncaptured');
    app.razorpay.control.returnUncaptured(attempt.id);
    await settled(app);
    await jobNow('payments.collect', visit);
    expect(await transaction(visit)).toMatchObject({ status: 'failed', failure_code: 'capture_expired' });
    expect(await booked(visit)).toEqual([]);
    expect(await app.sql('select id from refunds where payment_id = $1', [visit.transactionId])).toEqual([]);
  });

  it('asks about a payment of which nobody has told', async () => {
    const visit = await untold();
    await jobNow('payments.reconcile', visit);
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded' });
    expect(await visitOf(visit)).toBe('scheduled');
  });

  it('gives a part back, once though the answer is lost, and the rest', async () => {
    const visit = await paid();
    const refund = (amount?: number) =>
      admin.client.post(`/api/payments/transactions/${visit.transactionId}/refund/`, {
        reason: 'Out of courtesy',
        ...(amount && { amount: inr(amount) }),
      });
    app.razorpay.control.dropResponses(3);
    expect((await refund(30_000)).status).toBe(201);
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'partially_refunded', refunded: inr(30_000) });
    expect((await refund(50_001)).body.details.code).toBe('refund_exceeds_payment');
    expect((await refund()).status).toBe(201);
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'refunded', refunded: INR_800 });
    const made = app.razorpay.control.allRefunds().filter(({ payment_id: id }) => id === visit.payment.id);
    expect(made.map(({ amount }) => amount)).toEqual([30_000, 50_000]);
    app.razorpay.control.clearFaults();
  });

  it('takes refunds made in the dashboard into the books, and those that come back', async () => {
    const visit = await paid();
    const refund = app.razorpay.control.refund(visit.payment.id, 20_000);
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'partially_refunded', refunded: inr(20_000) });
    app.razorpay.control.settleRefund(refund.id, 'failed');
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded', refunded: inr(0) });
    const [kept] = await app.sql(`select cause, status, failure_code from refunds where payment_id = $1`, [
      visit.transactionId,
    ]);
    expect(kept).toEqual({ cause: 'made_at_provider', status: 'failed', failure_code: 'refund_failed' });
  });

  it('takes what is told in the wrong order, and what comes again after a refund', async () => {
    const visit = await opened();
    app.razorpay.control.reorderNext(3);
    app.razorpay.control.pay(visit.orderId);
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded' });
    const { id } =
      app.razorpay.control.payments().find(({ order_id: order }) => order === visit.orderId) ?? {};
    app.razorpay.control.refund(id ?? '');
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'refunded' });
    // The same payment once more, under an id that is not known: it did not arrive twice.
    const again = event('payment.captured', visit.orderId);
    expect((await send({ ...again, id: 'told-again' }, { secret: 'razorpay-webhook-of-tests' })).status).toBe(
      200,
    );
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'refunded' });
    expect((await booked(visit)).map(({ kind }) => kind)).toEqual(['payment_received', 'refund_given']);
  });

  it('refuses webhooks that are forged, changed, written anew, without an id, or at another’s address', async () => {
    const visit = await untold();
    const told = event('payment.captured', visit.orderId);
    const changed = Buffer.from(told.body);
    changed[changed.indexOf('80000')] = '9'.charCodeAt(0);
    const answers = [
      [await send(told, { secret: 'of somebody else' }), 'webhook_signature_invalid'],
      [await send(told, { bytes: changed }), 'webhook_signature_invalid'],
      [
        await send(told, { bytes: JSON.stringify(JSON.parse(told.body), null, 1) }),
        'webhook_signature_invalid',
      ],
      [await send(told, { path: `${WEBHOOKS}stripe/` }), 'webhook_unsigned'],
      [await app.client().post(`${WEBHOOKS}razorpay/`, told.body), 'webhook_unsigned'],
      [
        await app
          .client()
          .with({ 'x-razorpay-signature': String(told.headers['x-razorpay-signature']) })
          .post(WEBHOOKS, told.body),
        'webhook_unreadable',
      ],
    ] as const;
    for (const [answer, code] of answers) {
      expect(answer).toMatchObject({ status: 400, body: { details: { code } } });
    }
    expect((await send(told, { path: `${WEBHOOKS}paypal/` })).status).toBe(400);
    await settled(app);
    expect(await visitOf(visit)).toBe('held');
    expect(await app.sql(`select 1 from webhook_events where event_id = $1`, [told.id])).toEqual([]);
  });

  it('does its effect once when it comes five times at once, signed with the former secret, and later again', async () => {
    const visit = await untold();
    const told = event('order.paid', visit.orderId);
    const former = { secret: 'razorpay-webhook-of-before', path: `${WEBHOOKS}razorpay/` };
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(told, former)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await settled(app);
    expect((await send(told)).status).toBe(200);
    await settled(app);
    expect(await visitOf(visit)).toBe('scheduled');
    expect(await booked(visit)).toHaveLength(1);
    const kept = await app.sql(`select provider, outcome from webhook_events where event_id = $1`, [told.id]);
    expect(kept).toEqual([{ provider: 'razorpay', outcome: 'applied' }]);
  });

  it('keeps and leaves what means nothing to it', async () => {
    const unknown = { id: 'unknown-type', headers: {}, body: '{"entity":"event","event":"invoice.paid"}' };
    expect((await send(unknown, { secret: 'razorpay-webhook-of-tests' })).status).toBe(200);
    const visit = await untold();
    const foreign = event('payment.captured', visit.orderId).body.replaceAll(
      visit.orderId,
      'order_ofSomebody',
    );
    expect(
      (await send({ id: 'foreign', headers: {}, body: foreign }, { secret: 'razorpay-webhook-of-tests' }))
        .status,
    ).toBe(200);
    await settled(app);
    expect(
      await app.sql(
        `select event_id, outcome from webhook_events where event_id in ('unknown-type', 'foreign') order by 1`,
      ),
    ).toEqual([
      { event_id: 'foreign', outcome: 'ignored' },
      { event_id: 'unknown-type', outcome: 'ignored' },
    ]);
  });

  it('stops at a payment of which another sum arrived', async () => {
    const visit = await untold();
    const told = event('payment.captured', visit.orderId);
    const body = told.body.replaceAll('80000', '79999');
    expect(
      (await send({ id: 'wrong-sum', headers: {}, body }, { secret: 'razorpay-webhook-of-tests' })).status,
    ).toBe(200);
    await settled(app);
    expect(await visitOf(visit)).toBe('held');
    expect((await failedJobs(app)).map(({ name }) => name)).toEqual(['payments.process-webhook']);
    await app.sql(`delete from pgboss.job where name = 'payments.process-webhook'`);
  });

  it('takes no payment of an account whose payers bear the fee, and says so', async () => {
    const visit = await opened();
    app.razorpay.control.payWithFee(visit.orderId);
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'processing' });
    const path = '/api/payments/webhook-events/?type=payment.captured&ordering=-created_at';
    expect((await admin.client.get(path)).body.data.items[0]).toMatchObject({
      processed_at: null,
      last_error: expect.stringMatching(/is 80000 INR, but 81600 INR arrived.*payers bear its fee/),
    });
    await app.sql(`delete from pgboss.job where name in ('payments.process-webhook', 'payments.collect')`);
  });

  it('can be paid on the sandbox’s page, which hands over what the checkout would', async () => {
    const visit = await opened();
    const page = `${app.razorpay.url}/pay/${visit.orderId}?callback_url=${encodeURIComponent('https://app.test/back')}`;
    expect(await (await fetch(page)).text()).toContain('₹800.00');
    const form = new URLSearchParams({ action: 'pay', callback_url: 'https://app.test/back' });
    const after_ = await (await fetch(page, { method: 'POST', body: form })).text();
    expect(after_).toContain('name="razorpay_signature"');
    await settled(app);
    expect(await visitOf(visit)).toBe('scheduled');
  });

  it('leaves no job behind that failed', async () => {
    expect(await failedJobs(app)).toEqual([]);
  });
});

describe('a server without a Razorpay of its own', () => {
  it('takes INR with Stripe', async () => {
    const app = await startTestApp({ ...PAYING_APP, RAZORPAY_KEY_ID: '', RAZORPAY_KEY_SECRET: '' });
    try {
      const doctor = await registerDoctor(app, await registerAdmin(app), { consultation_fee: INR_800 });
      const patient = await register(app);
      const intent = await intentFor(patient, (await book(patient, doctor.doctorId)).id);
      expect(intent.client_secret).toMatch(/^pi_/);
      const answer = await app
        .client()
        .with({ 'x-razorpay-signature': '00', 'x-razorpay-event-id': 'x' })
        .post(`${WEBHOOKS}razorpay/`, { event: 'payment.captured' });
      expect(answer.body.details.code).toBe('webhook_unsigned');
    } finally {
      await app.close();
    }
  });
});
