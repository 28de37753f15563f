import { after, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { PayoutRecordsService } from '../../../libs/payments/src/payouts/payout-records.service.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { failedJobs, PAYING_APP, type PaidVisit, paidVisit, settled } from '../../support/paying.ts';
import { doctorBalances, earnedVisit, payableDoctor, transferredTo } from '../../support/payouts.ts';
import { type DoctorPerson, type Person, registerAdmin, registerDoctor } from '../../support/people.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const MONTH = new Date().toISOString().slice(0, 7);
const NOBODY = '01890000-0000-7000-8000-000000000000';
/** The doctor's part of one visit: 50.00 less 15 %. */
const NET = 4250;

describe('payouts', () => {
  let app: TestApp;
  let author: Person;
  let approver: Person;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    author = await registerAdmin(app);
    approver = await registerAdmin(app);
  });
  after(() => app.close());

  const generate = (doctor: DoctorPerson, more: object = {}, by = author) =>
    by.client.post('/api/payments/payouts/generate/', { doctor_id: doctor.doctorId, month: MONTH, ...more });
  const draft = async (doctor: DoctorPerson): Promise<string> => {
    const [generated] = (await generate(doctor)).body.data.payouts;
    expect(generated).toMatchObject({ outcome: 'created' });
    return generated.payout.id;
  };
  const decide = (id: string, status: 'approved' | 'cancelled', by = approver) =>
    by.client.put(`/api/payments/payouts/${id}/`, { status });
  const payout = async (id: string) => (await author.client.get(`/api/payments/payouts/${id}/`)).body.data;
  const paidOut = async (doctor: DoctorPerson) => {
    const id = await draft(doctor);
    expect((await decide(id, 'approved')).status).toBe(200);
    await settled(app);
    expect(await payout(id)).toMatchObject({ status: 'paid' });
    return id;
  };
  const refund = async (visit: PaidVisit, amount?: number) => {
    const answer = await author.client.post(`/api/payments/transactions/${visit.transactionId}/refund/`, {
      reason: 'Out of courtesy',
      ...(amount && { amount: eur(amount) }),
    });
    expect(answer.status).toBe(201);
    await settled(app);
    return answer.body.data;
  };
  const transfersOf = (id: string) =>
    app.sandbox.control.transfers().filter(({ transfer_group }) => transfer_group === id);

  it('previews what a doctor would be paid, and writes nothing', async () => {
    const doctor = await payableDoctor(app, author);
    const visit = await earnedVisit(app, doctor);
    await refund(visit, 1999);
    const rows = () => app.sql('select count(*) from payouts');
    const before = await rows();
    const answer = await generate(doctor, { preview: true });
    expect(answer.status).toBe(200);
    const line = {
      settles_receivable: false,
      transaction_id: visit.transactionId,
      appointment_id: visit.appointmentId,
      occurred_at: expect.any(String),
    };
    expect(answer.body.data).toEqual({
      doctor_id: doctor.doctorId,
      period: { from: `${MONTH}-01T00:00:00.000Z`, to: expect.stringMatching(/-01T00:00:00.000Z$/) },
      payouts: [
        {
          currency: 'EUR',
          outcome: 'preview',
          reason: null,
          payout: null,
          summary: {
            visits: 1,
            gross: eur(5000),
            commission: eur(750),
            refunds: eur(-1699),
            receivable_settled: eur(0),
            other: eur(0),
            net: eur(2551),
          },
          lines: [
            { ...line, kind: 'earning', gross: eur(5000), commission: eur(750), net: eur(NET) },
            { ...line, kind: 'refund', gross: eur(-1999), commission: eur(-300), net: eur(-1699) },
          ],
        },
      ],
    });
    expect(await rows()).toEqual(before);
  });

  it('shows a visit as what was left of it when it was over', async () => {
    const doctor = await payableDoctor(app, author);
    const visit = await paidVisit(app, doctor);
    await refund(visit, 1000);
    for (const step of ['start', 'end']) {
      await doctor.client.post(`/api/appointments/${visit.appointmentId}/${step}/`);
    }
    await settled(app);
    const [generated] = (await generate(doctor, { preview: true })).body.data.payouts;
    expect(generated.lines).toMatchObject([
      { kind: 'earning', gross: eur(4000), commission: eur(600), net: eur(3400) },
    ]);
  });

  it('drafts, is approved by another administrator, transfers, and books every step', async () => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    await earnedVisit(app, doctor);
    const id = await draft(doctor);
    const drafted = await payout(id);
    expect(drafted).toEqual({
      id,
      doctor_id: doctor.doctorId,
      kind: 'earnings',
      amount: eur(2 * NET),
      carried_over: eur(0),
      returned: eur(0),
      period: { from: expect.any(String), to: expect.any(String) },
      status: 'draft',
      provider: 'stripe',
      provider_reference: null,
      paid_at: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      failure_code: null,
      note: null,
      created_by: author.userId,
      approved_by: null,
      approved_at: null,
      summary: expect.objectContaining({ visits: 2, net: eur(2 * NET) }),
      lines: [expect.objectContaining({ net: eur(NET) }), expect.objectContaining({ net: eur(NET) })],
    });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: 2 * NET });
    expect(await decide(id, 'approved', author)).toMatchObject({
      status: 403,
      body: { details: { code: 'own_payout' } },
    });
    const approved = await decide(id, 'approved');
    expect(approved.body.data).toMatchObject({ status: 'approved', approved_by: approver.userId });
    await settled(app);
    const [transfer] = transfersOf(id);
    expect(transfer).toMatchObject({ amount: 2 * NET, currency: 'eur' });
    expect(await payout(id)).toMatchObject({
      status: 'paid',
      provider_reference: transfer?.id,
      paid_at: expect.any(String),
    });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
    const earnings = (await doctor.client.get('/api/payments/earnings/')).body.data;
    expect(earnings.currencies).toMatchObject([
      { available: eur(0), reserved: eur(0), paid: eur(2 * NET), receivable: eur(0), total: eur(2 * NET) },
    ]);
    expect(earnings.months).toMatchObject([{ month: MONTH, amount: eur(2 * NET), paid: eur(2 * NET) }]);
    const trail = await app.sql(
      `select action, actor_user_id from audit_log where resource = 'payout' and resource_id = $1 order by sequence`,
      [id],
    );
    expect(trail).toEqual([
      { action: 'payout.drafted', actor_user_id: author.userId },
      { action: 'payout.approved', actor_user_id: approver.userId },
      { action: 'payout.begun', actor_user_id: null },
      { action: 'payout.paid', actor_user_id: null },
    ]);
    expect(await decide(id, 'cancelled')).toMatchObject({
      status: 409,
      body: { details: { code: 'payout_is_paid' } },
    });
  });

  it('generates once for doctor and period, however often and at the same time it is asked', async () => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    const answers = await Promise.all(Array.from({ length: 20 }, () => generate(doctor)));
    const results = answers.map(({ body }) => body.data.payouts[0]);
    expect(results.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
    expect(results.filter(({ outcome }) => outcome === 'existing')).toHaveLength(19);
    expect(new Set(results.map(({ payout: one }) => one.id)).size).toBe(1);
    const first = results[0].payout;
    await decide(first.id, 'approved');
    await settled(app);
    const again = (await generate(doctor)).body.data.payouts;
    expect(again).toMatchObject([{ outcome: 'existing', payout: { id: first.id, status: 'paid' } }]);
    // What is earned in the period after it was paid is not forgotten.
    await earnedVisit(app, doctor);
    const rest = (await generate(doctor)).body.data.payouts;
    expect(rest).toMatchObject([{ outcome: 'created', payout: { amount: eur(NET) } }]);
    expect(rest[0].payout.id).not.toBe(first.id);
  });

  it('transfers once when twenty approve at the same time', async () => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    const id = await draft(doctor);
    const answers = await Promise.all(Array.from({ length: 20 }, () => decide(id, 'approved')));
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, ...Array(19).fill(409)]);
    await settled(app);
    expect(transfersOf(id)).toHaveLength(1);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
  });

  it('explains when there is nothing to pay', async () => {
    const doctor = await payableDoctor(app, author);
    expect((await generate(doctor)).body.data.payouts).toMatchObject([
      { currency: 'EUR', outcome: 'nothing_to_pay', reason: 'no_earnings', payout: null, lines: [] },
    ]);
    const none = await author.client.post('/api/payments/payouts/', { doctor_id: doctor.doctorId });
    expect(none).toMatchObject({ status: 409, body: { details: { code: 'nothing_to_pay_out' } } });
    const visit = await earnedVisit(app, doctor);
    await refund(visit);
    expect((await generate(doctor)).body.data.payouts).toMatchObject([
      {
        outcome: 'nothing_to_pay',
        reason: 'deductions_exceed_earnings',
        summary: { visits: 1, refunds: eur(-NET), net: eur(0) },
      },
    ]);
    const past = await generate(doctor, { month: '2020-01' });
    expect(past.body.data.payouts[0]).toMatchObject({ reason: 'no_earnings', outcome: 'nothing_to_pay' });
  });

  it('pays what was earned in the period only, by days and instants too', async () => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    await earnedVisit(app, doctor);
    // The first of them was over forty days ago.
    await app.sql(
      `update ledger_transactions set occurred_at = occurred_at - interval '40 days' where id = (
         select t.id from ledger_transactions t join payments p on p.id = t.payment_id
         where p.practitioner_id = $1 and t.kind = 'earning_released' order by t.sequence limit 1)`,
      [doctor.doctorId],
    );
    const preview = async (period: object) =>
      (await generate(doctor, { month: undefined, period, preview: true })).body.data.payouts[0].summary;
    const day = (offset: number) => Temporal.Now.plainDateISO('UTC').add({ days: offset }).toString();
    expect(await preview({ from: day(0), to: day(0) })).toMatchObject({ visits: 1 });
    expect(await preview({ from: day(-40), to: day(-40) })).toMatchObject({ visits: 1 });
    expect(await preview({ from: day(-60), to: day(0) })).toMatchObject({ visits: 2 });
    expect(await preview({ from: day(-39), to: day(-1) })).toMatchObject({ visits: 0 });
    const instants = { from: `${day(-41)}T00:00:00+02:00`, to: `${day(-39)}T00:00:00Z` };
    expect(await preview(instants)).toMatchObject({ visits: 1 });
    const reversed = await generate(doctor, { month: undefined, period: { from: day(0), to: day(-1) } });
    expect(reversed).toMatchObject({ status: 400, body: { details: { code: 'invalid_period' } } });
  });

  it('advances a part, and takes it off the next payout', async () => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    const create = (amount?: number) =>
      author.client.post('/api/payments/payouts/', {
        doctor_id: doctor.doctorId,
        note: 'Asked for on the phone',
        ...(amount && { amount: eur(amount) }),
      });
    expect((await create(NET + 1)).body.details).toEqual({
      code: 'payout_exceeds_available',
      available: eur(NET),
    });
    const advance = await create(1000);
    expect(advance.body.data).toMatchObject({
      kind: 'advance',
      period: null,
      amount: eur(1000),
      note: 'Asked for on the phone',
    });
    expect((await create(NET - 999)).body.details.code).toBe('payout_exceeds_available');
    await decide(advance.body.data.id, 'approved');
    await settled(app);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: NET - 1000 });
    const id = await paidOut(doctor);
    expect(await payout(id)).toMatchObject({
      amount: eur(NET - 1000),
      lines: [{ kind: 'earning' }, { kind: 'advance', net: eur(-1000), transaction_id: null }],
      summary: { other: eur(-1000) },
    });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
    expect(await transferredTo(app, doctor.doctorId)).toBe(NET);
  });

  it('pays everything that there is when no amount is named', async () => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    const all = await author.client.post('/api/payments/payouts/', { doctor_id: doctor.doctorId });
    expect(all.body.data).toMatchObject({ kind: 'earnings', amount: eur(NET), period: null });
    expect((await payout(all.body.data.id)).lines).toHaveLength(1);
    // What a draft would pay, no other one does.
    expect((await generate(doctor)).body.data.payouts).toMatchObject([{ outcome: 'nothing_to_pay' }]);
    expect((await decide(all.body.data.id, 'cancelled', author)).body.data.status).toBe('cancelled');
    expect((await generate(doctor)).body.data.payouts).toMatchObject([{ outcome: 'created' }]);
  });

  it('makes a refund after the payout a debt, which the next payout settles', async () => {
    const doctor = await payableDoctor(app, author);
    const first = await earnedVisit(app, doctor);
    await paidOut(doctor);
    await refund(first, 1999);
    const booked = await app.sql(
      `select a.kind, p.amount::int from ledger_postings p join ledger_accounts a on a.id = p.account_id
       join ledger_transactions t on t.id = p.transaction_id
       where t.kind = 'refund_given' and t.payment_id = $1 order by a.kind`,
      [first.transactionId],
    );
    expect(booked).toEqual([
      { kind: 'provider_clearing', amount: -1999 },
      { kind: 'doctor_receivable', amount: 1699 },
      { kind: 'platform_revenue', amount: 300 },
    ]);
    const [owing] = (await doctor.client.get('/api/payments/earnings/')).body.data.currencies;
    expect(owing).toMatchObject({
      available: eur(0),
      paid: eur(NET),
      receivable: eur(1699),
      total: eur(NET - 1699),
    });
    expect((await generate(doctor)).body.data.payouts).toMatchObject([{ outcome: 'existing' }]);
    await earnedVisit(app, doctor);
    const id = await paidOut(doctor);
    expect(await payout(id)).toMatchObject({
      amount: eur(NET - 1699),
      summary: { visits: 1, refunds: eur(0), receivable_settled: eur(-1699), net: eur(NET - 1699) },
    });
    const settling = await app.sql(
      `select a.kind, p.amount::int from ledger_postings p join ledger_accounts a on a.id = p.account_id
       join ledger_transactions t on t.id = p.transaction_id join payouts o on o.attempt_id = t.reference
       where o.id = $1 and t.kind = 'payout_reserved' order by a.kind`,
      [id],
    );
    expect(settling).toEqual([
      { kind: 'doctor_available', amount: NET },
      { kind: 'doctor_receivable', amount: -1699 },
      { kind: 'payout_clearing', amount: -(NET - 1699) },
    ]);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
    expect(await transferredTo(app, doctor.doctorId)).toBe(2 * NET - 1699);
  });

  it('undoes the debt when the bank sends the refund back, and pays it when it was settled', async () => {
    const doctor = await payableDoctor(app, author);
    const visit = await earnedVisit(app, doctor);
    await paidOut(doctor);
    const bounce = async (amount: number) => {
      const { id } = await refund(visit, amount);
      const { provider_reference } = (await author.client.get(`/api/payments/refunds/${id}/`)).body.data;
      return async () => {
        app.sandbox.control.settleRefund(provider_reference, 'failed');
        await settled(app);
      };
    };
    const unsettled = await bounce(1000);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_receivable: -850 });
    await unsettled();
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
    const settledLater = await bounce(1000);
    await earnedVisit(app, doctor);
    await paidOut(doctor);
    await settledLater();
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: 850 });
    const failed = await author.client.get('/api/payments/refunds/?status=failed&ordering=-created_at');
    expect(failed.body.data.items[0]).toMatchObject({ transaction_id: visit.transactionId });
  });

  it('does not approve more than is left after a refund of what was drafted', async () => {
    const doctor = await payableDoctor(app, author);
    const visit = await earnedVisit(app, doctor);
    const id = await draft(doctor);
    await refund(visit, 1000);
    expect((await decide(id, 'approved')).body.details).toEqual({
      code: 'payout_exceeds_available',
      available: eur(3400),
    });
    await decide(id, 'cancelled');
    expect(await payout(id)).toMatchObject({ status: 'cancelled', lines: [{ net: eur(NET) }] });
    const next = await paidOut(doctor);
    expect((await payout(next)).amount).toEqual(eur(3400));
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
  });

  it('makes a refund a debt when another payout was paid with its money', async () => {
    const doctor = await payableDoctor(app, author);
    const first = await earnedVisit(app, doctor);
    const id = await draft(doctor);
    const second = await earnedVisit(app, doctor);
    await refund(first);
    // Enough is there: what the second visit brought.
    expect((await decide(id, 'approved')).status).toBe(200);
    await settled(app);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
    await refund(second);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_receivable: -NET });
    expect((await generate(doctor)).body.data.payouts).toMatchObject([{ outcome: 'existing' }]);
    for (let count = 0; count < 2; count += 1) await earnedVisit(app, doctor);
    expect(await payout(await paidOut(doctor))).toMatchObject({ amount: eur(NET) });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
    expect(await transferredTo(app, doctor.doctorId)).toBe(2 * NET);
  });

  it('settles no debt that was undone since it was drafted, and gives back what it had kept', async () => {
    const doctor = await payableDoctor(app, author);
    const first = await earnedVisit(app, doctor);
    await paidOut(doctor);
    const { id: refundId } = await refund(first, 1000);
    await earnedVisit(app, doctor);
    const id = await draft(doctor);
    const { provider_reference } = (await author.client.get(`/api/payments/refunds/${refundId}/`)).body.data;
    app.sandbox.control.settleRefund(provider_reference, 'failed');
    await settled(app);
    // What the refund took is there again, and what it owed is not owed.
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: NET });
    const account = app.sandbox.control.accounts().at(-1)?.id ?? '';
    app.sandbox.control.loseNext(1, ['account.updated']);
    app.sandbox.control.restrictAccount(account);
    expect((await decide(id, 'approved')).status).toBe(200);
    await settled(app);
    expect(await payout(id)).toMatchObject({ status: 'failed' });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: NET });
    app.sandbox.control.completeOnboarding(account);
    await settled(app);
    expect((await decide(id, 'approved')).status).toBe(200);
    await settled(app);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: 850 });
    expect(await payout(await paidOut(doctor))).toMatchObject({ amount: eur(850) });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
    expect(await transferredTo(app, doctor.doctorId)).toBe(2 * NET);
  });

  it('waits for an account that money can be sent to', async () => {
    const doctor = await registerDoctor(app, author);
    await earnedVisit(app, doctor);
    const id = await draft(doctor);
    expect(await decide(id, 'approved')).toMatchObject({
      status: 409,
      body: { details: { code: 'payout_account_not_ready' } },
    });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: NET });
  });

  it('gives the money free when the provider refuses, and tries again when it is approved anew', async () => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    const id = await draft(doctor);
    const account = app.sandbox.control.accounts().at(-1)?.id ?? '';
    // The provider has not told of it yet when the payout is approved.
    app.sandbox.control.loseNext(1, ['account.updated']);
    app.sandbox.control.restrictAccount(account);
    await decide(id, 'approved');
    await settled(app);
    expect(await payout(id)).toMatchObject({
      status: 'failed',
      failure_code: 'insufficient_capabilities_for_transfer',
    });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: NET });
    app.sandbox.control.completeOnboarding(account);
    await settled(app);
    expect((await decide(id, 'approved', author)).body.details.code).toBe('own_payout');
    expect((await decide(id, 'approved')).body.data).toMatchObject({
      status: 'approved',
      failure_code: null,
    });
    await settled(app);
    expect(await payout(id)).toMatchObject({ status: 'paid' });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
    expect(await transferredTo(app, doctor.doctorId)).toBe(NET);
  });

  /** Approves a payout, while something happens to the first attempt to make it. */
  const interrupted = async (interrupt: () => void) => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    const id = await draft(doctor);
    app.sandbox.control.loseNext(1, ['transfer.created']);
    interrupt();
    await decide(id, 'approved');
    return { doctor, id };
  };
  const askAgain = async (id: string) => {
    await app.sql(
      `update pgboss.job set start_after = now() where name = 'payments.execute-payout' and state in ('created', 'retry') and data ->> 'payoutId' = $1`,
      [id],
    );
    await settled(app);
  };

  it('transfers once when the provider’s answer is lost', async () => {
    const { doctor, id } = await interrupted(() => app.sandbox.control.dropResponses(3, 'destroy'));
    await settled(app);
    expect(await payout(id)).toMatchObject({ status: 'processing' });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ payout_clearing: NET });
    const [reserved] = (await doctor.client.get('/api/payments/earnings/')).body.data.currencies;
    expect(reserved).toMatchObject({ available: eur(0), reserved: eur(NET), paid: eur(0), total: eur(NET) });
    expect((await decide(id, 'cancelled')).body.details.code).toBe('payout_is_processing');
    await askAgain(id);
    expect(await payout(id)).toMatchObject({ status: 'paid' });
    expect(transfersOf(id)).toHaveLength(1);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
  });

  it('transfers once when the process dies between the transfer and its booking', async () => {
    const records = app.nest.get(PayoutRecordsService);
    const change = records.change.bind(records);
    let deaths = 0;
    const { doctor, id } = await interrupted(() => {
      mock.method(records, 'change', (...args: Parameters<typeof change>) => {
        if (args[2] === 'paid' && deaths++ === 0) throw new Error('killed');
        return change(...args);
      });
    });
    await settled(app);
    await askAgain(id);
    mock.restoreAll();
    expect(deaths).toBeGreaterThan(1);
    expect(await payout(id)).toMatchObject({ status: 'paid' });
    expect(transfersOf(id)).toHaveLength(1);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
  });

  it('is paid by the provider’s word, told five times and late', async () => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    const id = await draft(doctor);
    app.sandbox.control.duplicateNext(1, 4, ['transfer.created']);
    await decide(id, 'approved');
    await settled(app);
    expect(await payout(id)).toMatchObject({ status: 'paid' });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
  });

  it('pays again what the provider took back, in parts', async () => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    const id = await paidOut(doctor);
    const [transfer] = transfersOf(id);
    app.sandbox.control.duplicateNext(2, 1, ['transfer.reversed']);
    app.sandbox.control.reverseTransfer(transfer?.id ?? '', 1000);
    app.sandbox.control.reverseTransfer(transfer?.id ?? '', 500);
    await settled(app);
    expect(await payout(id)).toMatchObject({ status: 'paid', returned: eur(1500) });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: 1500 });
    const [earnings] = (await doctor.client.get('/api/payments/earnings/')).body.data.currencies;
    expect(earnings).toMatchObject({ available: eur(1500), paid: eur(NET - 1500), total: eur(NET) });
    const next = await paidOut(doctor);
    expect(await payout(next)).toMatchObject({ amount: eur(1500), summary: { other: eur(1500) } });
    expect(await transferredTo(app, doctor.doctorId)).toBe(NET);
  });

  it('pays each currency by itself', async () => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    await doctor.client.patch('/api/doctors/profile/', {
      consultation_fee: { amount: 5001, currency: 'JPY' },
    });
    await earnedVisit(app, doctor);
    const { payouts } = (await generate(doctor)).body.data;
    expect(payouts).toMatchObject([
      { currency: 'EUR', payout: { amount: eur(NET) } },
      { currency: 'JPY', payout: { amount: { amount: 4251, currency: 'JPY' } } },
    ]);
    for (const { payout: one } of payouts) await decide(one.id, 'approved');
    await settled(app);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
  });

  it('is for administrators; a doctor sees their own, and not what administrators note', async () => {
    const doctor = await payableDoctor(app, author);
    const other = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    const id = await draft(doctor);
    const path = `/api/payments/payouts/${id}/`;
    await author.client.patch(path, { note: 'Ask about the licence' });
    expect(await payout(id)).toMatchObject({ note: 'Ask about the licence', status: 'draft' });
    for (const answer of await Promise.all([
      doctor.client.get('/api/payments/payouts/'),
      doctor.client.post('/api/payments/payouts/', { doctor_id: doctor.doctorId }),
      doctor.client.get(path),
      doctor.client.put(path, { status: 'approved' }),
      doctor.client.patch(path, { note: 'x' }),
      generate(doctor, {}, doctor),
    ])) {
      expect(answer).toMatchObject({ status: 403, body: { details: { code: 'role_required' } } });
    }
    expect((await app.client().get('/api/payments/payouts/')).status).toBe(401);
    const own = await doctor.client.get('/api/payments/earnings/payouts/?status=draft');
    expect(own.body.data.items).toEqual([
      {
        id,
        doctor_id: doctor.doctorId,
        kind: 'earnings',
        amount: eur(NET),
        carried_over: eur(0),
        returned: eur(0),
        period: { from: expect.any(String), to: expect.any(String) },
        status: 'draft',
        provider: 'stripe',
        provider_reference: null,
        paid_at: null,
        created_at: expect.any(String),
        updated_at: expect.any(String),
      },
    ]);
    const detail = await doctor.client.get(`/api/payments/earnings/payouts/${id}/`);
    expect(detail.body.data).toMatchObject({ id, summary: { net: eur(NET) }, lines: [{ kind: 'earning' }] });
    expect(detail.body.data).not.toHaveProperty('note');
    const foreign = await other.client.get(`/api/payments/earnings/payouts/${id}/`);
    expect(foreign.body.details.code).toBe('payout_not_found');
    expect((await other.client.get('/api/payments/earnings/payouts/')).body.data.items).toEqual([]);
  });

  it('gives a statement as a PDF, made once, to administrators and to the doctor', async () => {
    const doctor = await payableDoctor(app, author);
    const visit = await earnedVisit(app, doctor);
    const id = await draft(doctor);
    const path = `/api/payments/payouts/${id}/statement/`;
    expect((await author.client.get(path)).body.details.code).toBe('payout_not_paid');
    await decide(id, 'approved');
    await settled(app);
    const fetched = async (person: Person, from: string) => {
      const answer = await person.client.get(from);
      expect(answer.body.data).toEqual({ download_url: expect.any(String), expires_in: expect.any(Number) });
      const file = await fetch(answer.body.data.download_url);
      expect(file.headers.get('content-disposition')).toContain(`payout-${id}.pdf`);
      return Buffer.from(await file.arrayBuffer());
    };
    const [first, second] = await Promise.all([fetched(author, path), fetched(approver, path)]);
    expect(first.subarray(0, 5).toString()).toBe('%PDF-');
    const own = `/api/payments/earnings/payouts/${id}/statement/`;
    const third = await fetched(doctor, own);
    expect([first.equals(second), first.equals(third)]).toEqual([true, true]);
    expect((await visit.patient.client.get(own)).status).toBe(403);
    const other = await payableDoctor(app, author);
    expect((await other.client.get(own)).body.details.code).toBe('payout_not_found');
  });

  it('lists by doctor, status, period and time, and finds by note', async () => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    const id = await draft(doctor);
    await author.client.patch(`/api/payments/payouts/${id}/`, { note: '100% sure_thing' });
    const ids = async (query: string) =>
      (
        await author.client.get(`/api/payments/payouts/?doctor_id=${doctor.doctorId}&${query}`)
      ).body.data.items.map((item: { id: string }) => item.id);
    expect(await ids('status=draft&kind=earnings')).toEqual([id]);
    expect(await ids('status=paid')).toEqual([]);
    expect(await ids('search=0%25%20sure_')).toEqual([id]);
    expect(await ids('search=sureXthing')).toEqual([]);
    expect(await ids(`period_from=${MONTH}-01T00:00:00Z`)).toEqual([id]);
    expect(await ids(`period_to=${MONTH}-02T00:00:00Z`)).toEqual([]);
    expect(await ids('created_before=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await ids('ordering=-paid_at')).toEqual([id]);
    expect((await author.client.get('/api/payments/payouts/?status=lost')).status).toBe(400);
  });

  it('refuses what makes no sense', async () => {
    const doctor = await payableDoctor(app, author);
    const post = (body: unknown) => author.client.post('/api/payments/payouts/', body);
    const doctor_id = doctor.doctorId;
    for (const body of [
      {},
      { doctor_id: 'x' },
      { doctor_id, amount: eur(0) },
      { doctor_id, amount: eur(-5) },
      { doctor_id, amount: eur(1.5) },
      { doctor_id, amount: { amount: 1, currency: 'XXX' } },
      { doctor_id, note: 'x'.repeat(1001) },
    ]) {
      expect((await post(body)).status).toBe(400);
    }
    expect((await post({ doctor_id: NOBODY })).body.details.code).toBe('doctor_not_found');
    for (const wrong of [
      { month: undefined },
      { month: '2026-13' },
      { month: '2026-1' },
      { period: { from: '2026-01-01', to: '2026-01-31' } },
      { month: undefined, period: { from: 'yesterday', to: '2026-01-31' } },
    ]) {
      expect((await generate(doctor, wrong)).status).toBe(400);
    }
    expect((await decide(NOBODY, 'approved')).body.details.code).toBe('payout_not_found');
    const status = await author.client.put(`/api/payments/payouts/${NOBODY}/`, { status: 'paid' });
    expect(status.status).toBe(400);
  });

  it('answers a repeat with the same key as before', async () => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    const client = author.client.with({ 'idempotency-key': `payout-${doctor.doctorId}` });
    const body = { doctor_id: doctor.doctorId, amount: eur(100) };
    const answers = await Promise.all([
      client.post('/api/payments/payouts/', body),
      client.post('/api/payments/payouts/', body),
    ]);
    expect(answers[0]?.body.data.id).toBe(answers[1]?.body.data.id);
    const made = await app.sql('select id from payouts where practitioner_id = $1', [doctor.doctorId]);
    expect(made).toHaveLength(1);
  });

  it('is not approved by an administrator who is paid by it', async () => {
    const doctor = await payableDoctor(app, author);
    await earnedVisit(app, doctor);
    const id = await draft(doctor);
    await app.sql(`update users set roles = '{doctor,admin}' where id = $1`, [doctor.userId]);
    expect(await decide(id, 'approved', doctor)).toMatchObject({
      status: 403,
      body: { details: { code: 'own_payout' } },
    });
  });

  it('keeps the books, and agrees with the provider', async () => {
    const crooked = await app.sql(
      `select transaction_id from ledger_postings group by transaction_id, currency having sum(amount) <> 0`,
    );
    expect(crooked).toEqual([]);
    const stuck = await app.sql(
      `select a.kind from ledger_postings p join ledger_accounts a on a.id = p.account_id
       where a.kind = 'payout_clearing' group by a.id having sum(p.amount) <> 0`,
    );
    expect(stuck).toEqual([]);
    const [books] = await app.sql<{ paid: number }>(
      `select sum(amount - returned_amount)::int as paid from payouts where status = 'paid'`,
    );
    const sent = app.sandbox.control
      .transfers()
      .reduce((sum, { amount, amount_reversed }) => sum + amount - amount_reversed, 0);
    expect(books?.paid).toBe(sent);
    const failed = (await failedJobs(app)).filter(({ output }) => !JSON.stringify(output).includes('killed'));
    expect(failed).toEqual([]);
  });
});
