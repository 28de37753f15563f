import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import pg from 'pg';
import { LedgerService } from '#payments';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { failedJobs, PAYING_APP, type PaidVisit, paidVisit, settled } from '../../support/paying.ts';
import { type DoctorPerson, type Person, registerAdmin, registerDoctor } from '../../support/people.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });

describe('refunds and earnings', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin);
  });
  after(() => app.close());

  const refund = (visit: PaidVisit, amount?: number, by = admin) =>
    by.client.post(`/api/payments/transactions/${visit.transactionId}/refund/`, {
      reason: 'Out of courtesy',
      ...(amount && { amount: eur(amount) }),
    });
  const transaction = async (visit: PaidVisit) =>
    (await admin.client.get(`/api/payments/transactions/${visit.transactionId}/`)).body.data;
  const refundsOf = async (visit: PaidVisit) =>
    (
      await admin.client.get(
        `/api/payments/refunds/?transaction_id=${visit.transactionId}&ordering=created_at`,
      )
    ).body.data.items;
  const earningsOf = async (person: DoctorPerson) =>
    (await person.client.get('/api/payments/earnings/')).body.data;
  /** The sums on the accounts of one payment, debits positive, without what its provider kept. */
  const booked = async (visit: PaidVisit) => {
    const rows = await app.sql<{ kind: string; sum: string }>(
      `select a.kind, sum(p.amount) as sum
       from ledger_postings p join ledger_accounts a on a.id = p.account_id join ledger_transactions t on t.id = p.transaction_id
       where t.kind <> 'provider_fee' and (t.reference = $1 or t.reference in (select id from refunds where payment_id = $1))
       group by a.kind`,
      [visit.transactionId],
    );
    return Object.fromEntries(rows.map(({ kind, sum }) => [kind, Number(sum)]));
  };

  it('gives a part back, then the rest, and books both', async () => {
    const visit = await paidVisit(app, doctor);
    const part = await refund(visit, 1999);
    expect(part.status).toBe(201);
    expect(part.body).toEqual({
      status: 'success',
      message: 'The refund is on its way.',
      data: {
        id: expect.any(String),
        transaction_id: visit.transactionId,
        amount: eur(1999),
        status: 'pending',
        cause: 'requested',
        reason: 'Out of courtesy',
        requested_by: admin.userId,
        provider_reference: null,
        failure_code: null,
        retry_of: null,
        created_at: expect.any(String),
        updated_at: expect.any(String),
      },
    });
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'partially_refunded', refunded: eur(1999) });
    expect(await booked(visit)).toEqual({
      provider_clearing: 3001,
      doctor_pending: -2551,
      platform_revenue: -450,
    });
    const rest = await admin.client.post('/api/payments/refunds/', {
      transaction_id: visit.transactionId,
      reason: 'The rest',
    });
    expect(rest.body.data.amount).toEqual(eur(3001));
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'refunded', refunded: eur(5000) });
    expect(await booked(visit)).toEqual({ provider_clearing: 0, doctor_pending: 0, platform_revenue: 0 });
    const [first, second] = await refundsOf(visit);
    expect([first.status, second.status]).toEqual(['succeeded', 'succeeded']);
    expect(first.provider_reference).toMatch(/^re_/);
    const more = await refund(visit);
    expect(more).toMatchObject({ status: 409, body: { details: { code: 'payment_is_refunded' } } });
  });

  it('is for administrators, of what was paid, in its currency, with a reason', async () => {
    const visit = await paidVisit(app, doctor);
    for (const person of [visit.patient, doctor]) {
      expect((await refund(visit, 1, person)).body.details.code).toBe('role_required');
      expect((await person.client.get('/api/payments/refunds/')).status).toBe(403);
    }
    expect((await refund(visit, 5001)).body.details).toEqual({
      code: 'refund_exceeds_payment',
      refundable: eur(5000),
    });
    const path = `/api/payments/transactions/${visit.transactionId}/refund/`;
    const inYen = await admin.client.post(path, { amount: { amount: 1, currency: 'JPY' }, reason: 'x' });
    expect(inYen.body.details.code).toBe('currency_mismatch');
    for (const amount of [eur(0), eur(-5), eur(1.5), 100]) {
      expect((await admin.client.post(path, { amount, reason: 'x' })).status).toBe(400);
    }
    expect((await admin.client.post(path, {})).body.details.fields).toMatchObject([{ path: 'reason' }]);
    const missing = await admin.client.get('/api/payments/refunds/01890000-0000-7000-8000-000000000000/');
    expect(missing.body.details.code).toBe('refund_not_found');
  });

  it('never gives back more than came, however many ask at once', async () => {
    const visit = await paidVisit(app, doctor);
    const answers = await Promise.all(Array.from({ length: 20 }, () => refund(visit, 900)));
    const statuses = answers.map((answer) => answer.status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([...Array(5).fill(201), ...Array(15).fill(409)]);
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'partially_refunded', refunded: eur(4500) });
    expect(await booked(visit)).toEqual({
      provider_clearing: 500,
      doctor_pending: -425,
      platform_revenue: -75,
    });
  });

  it('follows a refund that the bank takes its time for, and one that comes back', async () => {
    const visit = await paidVisit(app, doctor, 'pm_card_pendingRefund');
    await refund(visit, 2000);
    await settled(app);
    const [pending] = await refundsOf(visit);
    expect(pending.status).toBe('pending');
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded', refunded: eur(0) });
    app.sandbox.control.settleRefund(pending.provider_reference, 'succeeded');
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'partially_refunded', refunded: eur(2000) });
    app.sandbox.control.settleRefund(pending.provider_reference, 'failed');
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded', refunded: eur(0) });
    const [failed] = await refundsOf(visit);
    expect(failed).toMatchObject({ status: 'failed', failure_code: 'lost_or_stolen_card' });
    expect(await booked(visit)).toEqual({
      provider_clearing: 5000,
      doctor_pending: -4250,
      platform_revenue: -750,
    });
  });

  it('takes a payment as paid of which nobody told before its refund', async () => {
    app.sandbox.control.loseNext(1, ['payment_intent.succeeded']);
    const visit = await paidVisit(app, doctor);
    expect((await transaction(visit)).status).toBe('created');
    app.sandbox.control.refund(visit.intent.transaction.provider_reference, 1500);
    await settled(app);
    const lost = app.sandbox.control.events().findLast(({ delivery }) => delivery === 'lost');
    app.sandbox.control.redeliver(lost?.event.id ?? '');
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'partially_refunded', refunded: eur(1500) });
    expect(await booked(visit)).toEqual({
      provider_clearing: 3500,
      doctor_pending: -2975,
      platform_revenue: -525,
    });
  });

  it('takes refunds into the books that were made in the provider’s dashboard', async () => {
    const visit = await paidVisit(app, doctor);
    app.sandbox.control.refund(visit.intent.transaction.provider_reference, 1500);
    await settled(app);
    expect(await refundsOf(visit)).toMatchObject([
      { cause: 'made_at_provider', status: 'succeeded', amount: eur(1500), requested_by: null },
    ]);
    expect(await transaction(visit)).toMatchObject({ status: 'partially_refunded', refunded: eur(1500) });
  });

  it('makes one refund when the provider’s answer is lost', async () => {
    const visit = await paidVisit(app, doctor);
    app.sandbox.control.loseNext(5, ['refund.created', 'refund.updated']);
    app.sandbox.control.dropResponses(3, 'destroy');
    const { id } = (await refund(visit, 1000)).body.data;
    await settled(app);
    expect((await refundsOf(visit))[0].status).toBe('pending');
    await app.sql(
      `update pgboss.job set start_after = now() where name = 'payments.execute-refund' and data ->> 'refundId' = $1`,
      [id],
    );
    await settled(app);
    expect((await refundsOf(visit))[0].status).toBe('succeeded');
    const made = await fetch(
      `${app.sandbox.url}/v1/refunds?payment_intent=${visit.intent.transaction.provider_reference}`,
      { headers: { authorization: 'Bearer sk_test_televisit' } },
    );
    expect((await made.json()) as object).toMatchObject({ data: [{ amount: 1000 }] });
    app.sandbox.control.clearFaults();
  });

  it('tells of a refund that failed, and makes it once more when an administrator says so', async () => {
    const visit = await paidVisit(app, doctor, 'pm_card_pendingRefund');
    const { id } = (await refund(visit, 2000)).body.data;
    await settled(app);
    const retry = (refundId: string, by = admin) =>
      by.client.post(`/api/payments/refunds/${refundId}/retry/`);
    expect((await retry(id)).body.details).toEqual({ code: 'refund_not_failed', status: 'pending' });
    app.sandbox.control.settleRefund((await refundsOf(visit))[0].provider_reference, 'failed');
    await settled(app);
    await app.drained();
    const failed = await admin.client.get('/api/payments/refunds/?status=failed&page_size=100');
    expect(failed.body.data.items.map((one: { id: string }) => one.id)).toContain(id);
    const told = await visit.patient.client.get('/api/notifications/?type=refund_failed');
    expect(told.body.data.items).toMatchObject([
      {
        title: 'Your refund has not gone through yet',
        data: { refund_id: id, payment_id: visit.transactionId },
      },
    ]);
    const operators = await admin.client.get('/api/notifications/?type=refund_to_look_at&page_size=100');
    const about = operators.body.data.items.filter(
      (item: { data: { refund_id: string } }) => item.data.refund_id === id,
    );
    expect(about).toHaveLength(1);
    expect(JSON.stringify([told.body.data.items, about])).not.toMatch(/cough/);
    expect((await retry(id, doctor)).status).toBe(403);

    const answers = await Promise.all(Array.from({ length: 5 }, () => retry(id)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409, 409]);
    const made = answers.find(({ status }) => status === 201)?.body.data;
    expect(made).toMatchObject({ status: 'pending', amount: eur(2000), retry_of: id });
    expect(answers.find(({ status }) => status === 409)?.body.details).toEqual({
      code: 'refund_already_retried',
      refund_id: made.id,
    });
    await settled(app);
    app.sandbox.control.settleRefund((await refundsOf(visit))[1].provider_reference, 'succeeded');
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'partially_refunded', refunded: eur(2000) });
    expect(await booked(visit)).toEqual({
      provider_clearing: 3000,
      doctor_pending: -2550,
      platform_revenue: -450,
    });
    expect((await retry(id)).body.details.code).toBe('refund_already_retried');
    expect((await retry(made.id)).body.details.code).toBe('refund_not_failed');
  });

  it('marks a refund that the provider refuses, and lets it be asked again', async () => {
    const visit = await paidVisit(app, doctor);
    app.sandbox.control.loseNext(1, ['refund.created']);
    app.sandbox.control.refund(visit.intent.transaction.provider_reference, 4000);
    await refund(visit, 2000);
    await settled(app);
    expect(await refundsOf(visit)).toMatchObject([{ status: 'failed' }]);
    expect((await refund(visit, 1000)).status).toBe(201);
    await settled(app);
    expect((await refundsOf(visit)).map((one: { status: string }) => one.status)).toEqual([
      'failed',
      'succeeded',
    ]);
  });

  it('changes the reason of a refund and nothing else', async () => {
    const visit = await paidVisit(app, doctor);
    const { id } = (await refund(visit, 100)).body.data;
    await settled(app);
    const changed = await admin.client.put(`/api/payments/refunds/${id}/`, {
      reason: 'The sound was bad',
      amount: eur(1),
      status: 'failed',
    });
    expect(changed.body.data).toMatchObject({
      reason: 'The sound was bad',
      amount: eur(100),
      status: 'succeeded',
    });
    const trail = await app.sql(
      `select action, actor_user_id from audit_log where resource_id = $1 order by sequence`,
      [id],
    );
    expect(trail).toEqual([
      { action: 'refund.requested', actor_user_id: admin.userId },
      { action: 'refund.explained', actor_user_id: admin.userId },
    ]);
  });

  it('gives everything back when the doctor cancels', async () => {
    const visit = await paidVisit(app, doctor);
    expect((await doctor.client.post(`/api/appointments/${visit.appointmentId}/cancel/`)).status).toBe(200);
    await settled(app);
    expect(await refundsOf(visit)).toMatchObject([{ cause: 'appointment_cancelled', amount: eur(5000) }]);
    expect(await transaction(visit)).toMatchObject({ status: 'refunded' });
  });

  it('gives back what the policy says when the patient cancels late, and the doctor has the rest', async () => {
    const visit = await paidVisit(app, doctor);
    await app.sql(
      `update appointments set cancellation_policy = '{"freeUntilHours": 8760, "partialRefundPercent": 40, "partialUntilHours": 0}' where id = $1`,
      [visit.appointmentId],
    );
    await visit.patient.client.post(`/api/appointments/${visit.appointmentId}/cancel/`);
    await settled(app);
    expect(await refundsOf(visit)).toMatchObject([{ cause: 'appointment_cancelled', amount: eur(2000) }]);
    expect(await booked(visit)).toEqual({
      provider_clearing: 3000,
      doctor_pending: 0,
      doctor_available: -2550,
      platform_revenue: -450,
    });
  });

  it('shows a doctor what is pending and what is available, derived from the books', async () => {
    const other = await registerDoctor(app, admin);
    expect(await earningsOf(other)).toEqual({
      doctor_id: other.doctorId,
      currencies: [],
      months: [],
      time_zone: 'UTC',
    });
    const over = await paidVisit(app, other);
    const coming = await paidVisit(app, other);
    await other.client.post(`/api/appointments/${over.appointmentId}/start/`);
    expect((await other.client.post(`/api/appointments/${over.appointmentId}/end/`)).status).toBe(200);
    await settled(app);
    await refund(over, 1000);
    await settled(app);
    const month = new Date().toISOString().slice(0, 7);
    const expected = {
      doctor_id: other.doctorId,
      currencies: [
        {
          currency: 'EUR',
          pending: eur(4250),
          available: eur(3400),
          reserved: eur(0),
          paid: eur(0),
          receivable: eur(0),
          total: eur(7650),
          commission: eur(1350),
        },
      ],
      months: [
        { month, gross: eur(9000), commission: eur(1350), amount: eur(7650), paid: eur(0), payments: 2 },
      ],
      time_zone: 'UTC',
    };
    expect(await earningsOf(other)).toEqual(expected);
    const asAdmin = await admin.client.get(`/api/payments/earnings/?doctor_id=${other.doctorId}`);
    expect(asAdmin.body.data).toEqual(expected);
    expect((await admin.client.get('/api/payments/earnings/')).body.details.code).toBe('doctor_id_required');
    const foreign = await doctor.client.get(`/api/payments/earnings/?doctor_id=${other.doctorId}`);
    expect(foreign.body.details.code).toBe('doctor_not_found');
    expect((await coming.patient.client.get('/api/payments/earnings/')).status).toBe(403);
    // The event of the end comes twice: the money moves once.
    await app.sql(
      `insert into pgboss.job (name, data) select name, data from pgboss.job where name = 'payments.release-earning'`,
    );
    await settled(app);
    expect(await earningsOf(other)).toEqual(expected);
  });

  it('keeps books that balance and that the server itself cannot change', async () => {
    const [sums] = await app.sql(
      `select count(*) > 0 as some, count(*) filter (where sum <> 0) as crooked
       from (select sum(amount) from ledger_postings group by transaction_id, currency) t`,
    );
    expect(sums).toEqual({ some: true, crooked: '0' });
    const differing = await app.sql(
      `select p.id from payments p where p.status in ('succeeded', 'partially_refunded', 'refunded') and p.amount - p.refunded_amount <> (
         select sum(l.amount) from ledger_postings l join ledger_accounts a on a.id = l.account_id join ledger_transactions t on t.id = l.transaction_id
         where a.kind = 'provider_clearing' and t.kind <> 'provider_fee' and (t.reference = p.id or t.reference in (select id from refunds where payment_id = p.id)))`,
    );
    expect(differing).toEqual([]);
    const balances = await app.nest.get(LedgerService).balances();
    expect(balances.reduce((sum, { balance }) => sum + balance, 0)).toBe(0);
    expect(balances.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['provider_clearing', 'doctor_pending', 'doctor_available', 'platform_revenue']),
    );
    const server = new pg.Client(app.databaseUrls.app);
    await server.connect();
    try {
      for (const statement of [
        'update ledger_postings set amount = amount + 1',
        'delete from ledger_postings',
        'update ledger_transactions set kind = kind',
        'truncate ledger_postings',
      ]) {
        await expect(server.query(statement)).rejects.toThrow('permission denied');
      }
      await server.query('begin');
      await server.query(
        `insert into ledger_postings (id, transaction_id, account_id, amount, currency)
         select gen_random_uuid(), transaction_id, account_id, 1, currency from ledger_postings limit 1`,
      );
      await expect(server.query('commit')).rejects.toThrow('does not sum to zero');
    } finally {
      await server.end();
    }
  });

  it('leaves no job behind that failed', async () => {
    expect(await failedJobs(app)).toEqual([]);
  });
});
