import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { failedJobs, intentFor, PAYING_APP, settled } from '../../support/paying.ts';
import { doctorBalances } from '../../support/payouts.ts';
import {
  book,
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

const inr = (amount: number) => ({ amount, currency: 'INR' });
/** The doctor's part of a visit: 800.00 less 15 %. */
const NET = 68_000;

describe('disputes at Razorpay', () => {
  let app: TestApp;
  let admin: Person;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
  });
  after(() => app.close());

  const control = () => app.razorpay.control;
  const newDoctor = () => registerDoctor(app, admin, { consultation_fee: inr(80_000) });
  const paidVisit = async (doctor: DoctorPerson) => {
    const patient = await register(app);
    const { id } = await book(patient, doctor.doctorId);
    const intent = await intentFor(patient, id);
    const payment = control().pay(intent.client_secret);
    await settled(app);
    return { id, payment, orderId: intent.client_secret, transactionId: intent.transaction.id };
  };
  type Visit = Awaited<ReturnType<typeof paidVisit>>;
  const transaction = async ({ transactionId }: Visit) =>
    (await admin.client.get(`/api/payments/transactions/${transactionId}/`)).body.data;
  const disputesOf = async ({ transactionId }: Visit) =>
    (await admin.client.get(`/api/payments/disputes/?transaction_id=${transactionId}`)).body.data.items;
  /** What Razorpay holds of a payment, its own fee aside. */
  const held = async ({ transactionId }: Visit): Promise<number> => {
    const [row] = await app.sql<{ sum: string }>(
      `select coalesce(sum(p.amount), 0) as sum from ledger_postings p
       join ledger_accounts a on a.id = p.account_id join ledger_transactions t on t.id = p.transaction_id
       where a.kind = 'provider_clearing' and t.payment_id = $1 and t.kind <> 'provider_fee'`,
      [transactionId],
    );
    return Number(row?.sum);
  };

  it('takes nothing before one is lost, and then what was deducted', async () => {
    const doctor = await newDoctor();
    const visit = await paidVisit(doctor);
    const { id } = control().dispute(visit.payment.id, { amount: 30_000, reason: 'credit_not_processed' });
    await settled(app);
    expect(await disputesOf(visit)).toMatchObject([
      {
        provider: 'razorpay',
        provider_reference: id,
        status: 'needs_response',
        amount: inr(30_000),
        withdrawn: inr(0),
        reason: 'credit_not_processed',
        answer_by: expect.any(String),
      },
    ]);
    expect(await transaction(visit)).toMatchObject({ status: 'disputed', disputed: inr(0) });
    expect(await held(visit)).toBe(80_000);
    control().contestDispute(id);
    await settled(app);
    expect(await disputesOf(visit)).toMatchObject([{ status: 'under_review' }]);
    control().closeDispute(id, 'lost');
    await settled(app);
    expect(await disputesOf(visit)).toMatchObject([{ status: 'lost', withdrawn: inr(30_000) }]);
    expect(await transaction(visit)).toMatchObject({ status: 'disputed', disputed: inr(30_000) });
    expect(await held(visit)).toBe(50_000);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_pending: 42_500 });
  });

  it('takes at the onset where the account is charged so, and has it back when it is won', async () => {
    const doctor = await newDoctor();
    const visit = await paidVisit(doctor);
    const { id } = control().dispute(visit.payment.id, { deductsAtOnset: true });
    await settled(app);
    expect(await disputesOf(visit)).toMatchObject([{ status: 'needs_response', withdrawn: inr(80_000) }]);
    expect(await held(visit)).toBe(0);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
    control().contestDispute(id);
    control().closeDispute(id, 'won');
    await settled(app);
    expect(await disputesOf(visit)).toMatchObject([{ status: 'won', withdrawn: inr(0) }]);
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded', disputed: inr(0) });
    expect(await held(visit)).toBe(80_000);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_pending: NET });
  });

  it('asks for an answer again when the first was not enough, and does not go back for what is older', async () => {
    const visit = await paidVisit(await newDoctor());
    const { id } = control().dispute(visit.payment.id);
    control().contestDispute(id);
    await settled(app);
    // Told once more, late: it was open before it was under review.
    const first = control()
      .events()
      .find(({ event }) => mentions(event.body, id));
    control().redeliver(first?.event.id ?? '');
    await settled(app);
    expect(await disputesOf(visit)).toMatchObject([{ status: 'under_review' }]);
    control().askForMoreEvidence(id);
    const asked = control()
      .events()
      .findLast(({ event }) => mentions(event.body, id));
    // The double does not wait for the next second; the bank takes days.
    if (asked) asked.event.body.created_at += 60;
    await settled(app);
    expect(await disputesOf(visit)).toMatchObject([{ status: 'needs_response' }]);
    control().closeDispute(id, 'won');
    await settled(app);
    expect(await disputesOf(visit)).toMatchObject([{ status: 'won' }]);
  });

  it('leaves a payment to be refunded while a bank only suspects fraud', async () => {
    const visit = await paidVisit(await newDoctor());
    const { id } = control().dispute(visit.payment.id, { phase: 'fraud' });
    await settled(app);
    expect(await disputesOf(visit)).toMatchObject([{ status: 'inquiry' }]);
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded' });
    const refund = await admin.client.post(`/api/payments/transactions/${visit.transactionId}/refund/`, {
      reason: 'The card was stolen',
    });
    expect(refund.status).toBe(201);
    await settled(app);
    control().closeDispute(id, 'closed');
    await settled(app);
    expect(await disputesOf(visit)).toMatchObject([{ status: 'closed' }]);
    expect(await transaction(visit)).toMatchObject({ status: 'refunded' });
  });

  it('ends in one place in whatever order and however often it is told of', async () => {
    const doctor = await newDoctor();
    for (const outcome of ['won', 'lost'] as const) {
      for (const deductsAtOnset of [true, false]) {
        for (const turn of [0, 1, 2]) {
          const visit = await paidVisit(doctor);
          control().loseNext('all');
          const { id } = control().dispute(visit.payment.id, { deductsAtOnset });
          control().contestDispute(id);
          control().closeDispute(id, outcome);
          control().clearFaults();
          const told = control()
            .events()
            .filter(({ event }) => mentions(event.body, id));
          expect(told).toHaveLength(3);
          const order = turn === 2 ? told.toReversed() : [...told.slice(turn), ...told.slice(0, turn)];
          for (const { event } of [...order, ...order]) control().redeliver(event.id);
          await settled(app);
          const withdrawn = inr(outcome === 'won' ? 0 : 80_000);
          expect(await disputesOf(visit)).toMatchObject([{ status: outcome, withdrawn }]);
          expect(await held(visit)).toBe(outcome === 'won' ? 80_000 : 0);
        }
      }
    }
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_pending: 6 * NET });
  });

  it('are found by the comparison when nobody told of them, with payments and refunds', async () => {
    const doctor = await newDoctor();
    const [refunded, disputed] = [await paidVisit(doctor), await paidVisit(doctor)];
    const patient = await register(app);
    const { id: appointmentId } = await book(patient, doctor.doctorId);
    const intent = await intentFor(patient, appointmentId);
    control().loseNext('all');
    control().pay(intent.client_secret);
    control().refund(refunded.payment.id, 10_000);
    const { id } = control().dispute(disputed.payment.id, { deductsAtOnset: true });
    control().clearFaults();
    await settled(app);
    const compared = async () => {
      const begun = await admin.client.post('/api/payments/reconciliations/', { days: 2 });
      await settled(app);
      const own = begun.body.data.find((one: { provider: string }) => one.provider === 'razorpay');
      return (await admin.client.get(`/api/payments/reconciliations/${own.id}/`)).body.data;
    };
    expect(await compared()).toMatchObject({ status: 'done', repaired: 3, unresolved: 0 });
    expect(await disputesOf(disputed)).toMatchObject([{ provider_reference: id, withdrawn: inr(80_000) }]);
    expect(await transaction(refunded)).toMatchObject({ refunded: inr(10_000) });
    expect((await patient.client.get(`/api/appointments/${appointmentId}/`)).body.data.status).toBe(
      'scheduled',
    );
    expect(await compared()).toMatchObject({ status: 'done', repaired: 0, unresolved: 0 });
  });

  it('leaves no job behind that failed', async () => {
    expect(await failedJobs(app)).toEqual([]);
  });
});

function mentions(body: object, disputeId: string): boolean {
  return JSON.stringify(body).includes(disputeId);
}
