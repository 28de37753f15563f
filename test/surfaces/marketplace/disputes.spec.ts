import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import {
  failedJobs,
  PAYING_APP,
  type PaidVisit,
  paidVisit,
  sendWebhook,
  settled,
} from '../../support/paying.ts';
import { doctorBalances, earnedVisit, payableDoctor } from '../../support/payouts.ts';
import { type DoctorPerson, type Person, registerAdmin, registerDoctor } from '../../support/people.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const FEE = 1500;

describe('disputes', () => {
  let app: TestApp;
  let admin: Person;
  let approver: Person;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
    approver = await registerAdmin(app);
  });
  after(() => app.close());

  const reference = (visit: PaidVisit) => visit.intent.transaction.provider_reference;
  const dispute = async (visit: PaidVisit, how?: { amount?: number; isInquiry?: boolean }) => {
    const { id } = app.sandbox.control.dispute(reference(visit), how);
    await settled(app);
    return id;
  };
  const close = async (id: string, outcome: 'won' | 'lost') => {
    app.sandbox.control.closeDispute(id, outcome);
    await settled(app);
  };
  const transaction = async (visit: PaidVisit) =>
    (await admin.client.get(`/api/payments/transactions/${visit.transactionId}/`)).body.data;
  const disputesOf = async (visit: PaidVisit) =>
    (await admin.client.get(`/api/payments/disputes/?transaction_id=${visit.transactionId}`)).body.data.items;
  const refundsOf = async (visit: PaidVisit) =>
    (
      await admin.client.get(
        `/api/payments/refunds/?transaction_id=${visit.transactionId}&ordering=created_at`,
      )
    ).body.data.items;
  const refund = (visit: PaidVisit, amount?: number) =>
    admin.client.post(`/api/payments/transactions/${visit.transactionId}/refund/`, {
      reason: 'Out of courtesy',
      ...(amount && { amount: eur(amount) }),
    });
  /** What the ledger says that the provider holds of a payment, without fees. */
  const clearing = async (visit: PaidVisit) => {
    const [row] = await app.sql<{ sum: string }>(
      `select coalesce(sum(p.amount), 0) as sum from ledger_postings p
       join ledger_accounts a on a.id = p.account_id join ledger_transactions t on t.id = p.transaction_id
       where t.payment_id = $1 and a.kind = 'provider_clearing' and t.kind !~ 'fee'`,
      [visit.transactionId],
    );
    return Number(row?.sum);
  };
  const feesPaid = async () => {
    const [row] = await app.sql<{ sum: string }>(
      `select coalesce(sum(p.amount), 0) as sum from ledger_postings p
       join ledger_accounts a on a.id = p.account_id join ledger_transactions t on t.id = p.transaction_id
       where a.kind = 'provider_fees' and t.kind = 'dispute_fee'`,
    );
    return Number(row?.sum);
  };

  it('takes the money from the doctor while it is disputed, and gives it back when it is won', async () => {
    const doctor = await registerDoctor(app, admin);
    const visit = await paidVisit(app, doctor);
    const fees = await feesPaid();
    const id = await dispute(visit);
    expect(await disputesOf(visit)).toEqual([
      {
        id: expect.any(String),
        transaction_id: visit.transactionId,
        provider: 'stripe',
        provider_reference: id,
        amount: eur(5000),
        withdrawn: eur(5000),
        fee: eur(FEE),
        status: 'needs_response',
        reason: 'fraudulent',
        answer_by: expect.any(String),
        created_at: expect.any(String),
        updated_at: expect.any(String),
      },
    ]);
    expect(await transaction(visit)).toMatchObject({
      status: 'disputed',
      disputed: eur(5000),
      refunded: eur(0),
    });
    expect(await clearing(visit)).toBe(0);
    expect(await feesPaid()).toBe(fees + FEE);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});

    app.sandbox.control.answerDispute(id);
    await settled(app);
    expect((await disputesOf(visit))[0].status).toBe('under_review');
    await close(id, 'won');
    expect(await disputesOf(visit)).toMatchObject([{ status: 'won', withdrawn: eur(0), fee: eur(FEE) }]);
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded', disputed: eur(0) });
    expect(await clearing(visit)).toBe(5000);
    expect(await feesPaid()).toBe(fees + FEE);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_pending: 4250 });
  });

  it('leaves a lost one with the bank, refunds nothing on top, and tells each administrator once', async () => {
    const doctor = await registerDoctor(app, admin);
    const visit = await earnedVisit(app, doctor);
    const id = await dispute(visit);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
    expect(await refund(visit, 100)).toMatchObject({
      status: 409,
      body: { details: { code: 'payment_is_disputed' } },
    });
    await close(id, 'lost');
    expect(await transaction(visit)).toMatchObject({ status: 'disputed', disputed: eur(5000) });
    expect(await refund(visit)).toMatchObject({ status: 409 });
    expect(await clearing(visit)).toBe(0);
    await app.drained();
    const [record] = await disputesOf(visit);
    for (const person of [admin, approver]) {
      const told = await person.client.get('/api/notifications/?type=payment_disputed&page_size=100');
      const about = told.body.data.items.filter(
        (item: { data: { dispute_id: string } }) => item.data.dispute_id === record.id,
      );
      expect(about).toHaveLength(1);
      expect(about[0].body).toContain('50');
      expect(JSON.stringify(about)).not.toMatch(/cough|Dora|Paul/);
    }
    const one = await admin.client.get(`/api/payments/disputes/${record.id}/`);
    expect(one.body.data).toEqual(record);
    for (const person of [visit.patient, doctor]) {
      expect((await person.client.get('/api/payments/disputes/')).status).toBe(403);
    }
  });

  it('takes a part in proportion, beside what was refunded before', async () => {
    const doctor = await registerDoctor(app, admin);
    const visit = await earnedVisit(app, doctor);
    await refund(visit, 1001);
    await settled(app);
    const id = await dispute(visit, { amount: 1998 });
    expect(await transaction(visit)).toMatchObject({
      status: 'disputed',
      refunded: eur(1001),
      disputed: eur(1998),
    });
    expect(await clearing(visit)).toBe(2001);
    // 2001 less 15 %, rounded half up: what one refund of 2999 would have left.
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: 1701 });
    await close(id, 'won');
    expect(await transaction(visit)).toMatchObject({ status: 'partially_refunded', refunded: eur(1001) });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: 3399 });
    expect((await refund(visit)).body.data.amount).toEqual(eur(3999));
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'refunded' });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
  });

  it('only asks at first, and takes nothing: the payment can be refunded', async () => {
    const doctor = await registerDoctor(app, admin);
    const visit = await paidVisit(app, doctor);
    const id = await dispute(visit, { isInquiry: true });
    expect(await disputesOf(visit)).toMatchObject([{ status: 'inquiry', withdrawn: eur(0), fee: eur(0) }]);
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded', disputed: eur(0) });
    await refund(visit);
    await settled(app);
    expect(await transaction(visit)).toMatchObject({ status: 'refunded' });
    app.sandbox.control.closeDispute(id, 'lost');
    await settled(app);
    expect(await disputesOf(visit)).toMatchObject([{ status: 'closed', withdrawn: eur(0) }]);
    expect(await transaction(visit)).toMatchObject({ status: 'refunded' });
  });

  it('makes a debt of what the doctor has been paid out, and ends it when the dispute is won', async () => {
    const doctor = await payableDoctor(app, admin);
    const visit = await earnedVisit(app, doctor);
    await payOut(doctor);
    const id = await dispute(visit);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_receivable: -4250 });
    await close(id, 'won');
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
    const again = await earnedVisit(app, doctor);
    await dispute(again);
    await close(await dispute(await earnedVisit(app, doctor)), 'lost');
    const paid = await payOut(doctor, 0);
    expect(paid).toBe('nothing_to_pay_out');
  });

  async function payOut(doctor: DoctorPerson, expected = 4250): Promise<string> {
    const draft = await admin.client.post('/api/payments/payouts/', { doctor_id: doctor.doctorId });
    if (draft.status !== 201) return draft.body.details.code;
    expect(draft.body.data.amount).toEqual(eur(expected));
    const { id } = draft.body.data;
    await approver.client.put(`/api/payments/payouts/${id}/`, { status: 'approved' });
    await settled(app);
    const { status, lines } = (await admin.client.get(`/api/payments/payouts/${id}/`)).body.data;
    expect(lines).toHaveLength(1);
    return status;
  }

  it('ends in one place in whatever order and however often it is told of', async () => {
    const doctor = await registerDoctor(app, admin);
    const visits = [];
    for (let index = 0; index < 6; index += 1) visits.push(await earnedVisit(app, doctor));
    for (const [index, visit] of visits.entries()) {
      app.sandbox.control.loseNext('all');
      const { id } = app.sandbox.control.dispute(reference(visit));
      app.sandbox.control.answerDispute(id);
      app.sandbox.control.closeDispute(id, 'won');
      app.sandbox.control.clearFaults();
      const told = app.sandbox.control
        .events()
        .filter(({ event }) => event.type.startsWith('charge.dispute.') && about(event, id))
        .map(({ event }) => JSON.stringify(event));
      expect(told).toHaveLength(5);
      // Each event once first in turn, all of them twice and at once.
      const turned = [...told.slice(index), ...told.slice(0, index)];
      const order = index === 5 ? told.toReversed() : turned;
      await Promise.all([...order, ...order].map((body) => sendWebhook(app, body)));
      await settled(app);
      expect(await disputesOf(visit)).toMatchObject([{ status: 'won', withdrawn: eur(0), fee: eur(FEE) }]);
      expect(await transaction(visit)).toMatchObject({ status: 'succeeded', disputed: eur(0) });
      expect(await clearing(visit)).toBe(5000);
    }
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: 6 * 4250 });
  });

  it('takes a payment as paid of which nobody told before its dispute', async () => {
    const doctor = await registerDoctor(app, admin);
    app.sandbox.control.loseNext(1, ['payment_intent.succeeded']);
    const visit = await paidVisit(app, doctor);
    expect(await transaction(visit)).toMatchObject({ status: 'created' });
    const id = await dispute(visit);
    expect(await transaction(visit)).toMatchObject({ status: 'disputed', disputed: eur(5000) });
    const lost = app.sandbox.control.events().findLast(({ delivery }) => delivery === 'lost');
    app.sandbox.control.redeliver(lost?.event.id ?? '');
    await close(id, 'won');
    expect(await transaction(visit)).toMatchObject({ status: 'succeeded', disputed: eur(0) });
    expect(await clearing(visit)).toBe(5000);
    const now = await visit.patient.client.get(`/api/appointments/${visit.appointmentId}/`);
    expect(now.body.data.status).toBe('scheduled');
  });

  it('gives a cancelled visit back when the bank has decided for us, and not on top of what it decided', async () => {
    const doctor = await registerDoctor(app, admin);
    const [won, lost] = [await paidVisit(app, doctor), await paidVisit(app, doctor)];
    const ids = [await dispute(won), await dispute(lost)];
    for (const visit of [won, lost]) {
      await doctor.client.post(`/api/appointments/${visit.appointmentId}/cancel/`);
    }
    await settled(app);
    expect([await refundsOf(won), await refundsOf(lost)]).toEqual([[], []]);
    await close(ids[0] ?? '', 'won');
    await close(ids[1] ?? '', 'lost');
    expect(await refundsOf(won)).toMatchObject([
      { cause: 'appointment_cancelled', amount: eur(5000), status: 'succeeded' },
    ]);
    expect(await transaction(won)).toMatchObject({ status: 'refunded' });
    expect(await refundsOf(lost)).toEqual([]);
    expect(await transaction(lost)).toMatchObject({ status: 'disputed' });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
  });

  it('leaves disputes alone that are of no payment here', async () => {
    const visit = await paidVisit(app, await registerDoctor(app, admin));
    await dispute(visit);
    const told = app.sandbox.control.events().find(({ event }) => event.type === 'charge.dispute.created');
    const foreign = JSON.parse(JSON.stringify(told?.event));
    foreign.id = 'evt_foreign_dispute';
    foreign.data.object.id = 'du_foreign';
    foreign.data.object.payment_intent = 'pi_foreign';
    expect((await sendWebhook(app, JSON.stringify(foreign))).status).toBe(200);
    await settled(app);
    const kept = await app.sql(`select outcome from webhook_events where event_id = 'evt_foreign_dispute'`);
    expect(kept).toEqual([{ outcome: 'ignored' }]);
  });

  it('leaves no job behind that failed', async () => {
    expect(await failedJobs(app)).toEqual([]);
  });
});

function about(event: { data: { object: object } }, id: string): boolean {
  return (event.data.object as { id?: string }).id === id;
}
