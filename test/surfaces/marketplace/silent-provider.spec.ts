import { after, before, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { failedJobs, PAYING_APP, type PaidVisit, paidVisit, settled } from '../../support/paying.ts';
import { earnedVisit, payableDoctor, transferredTo } from '../../support/payouts.ts';
import { book, type DoctorPerson, type Person, register, registerAdmin } from '../../support/people.ts';

const TIMEOUT_MS = 300;
/** After so many questions without an answer a provider is left alone. */
const FAILURES_IN_A_ROW = 10;
const eur = (amount: number) => ({ amount, currency: 'EUR' });

describe('a payment provider that says nothing', () => {
  let app: TestApp;
  let author: Person;
  let approver: Person;
  let doctor: DoctorPerson;

  before(async () => {
    // Whoever kept a connection to the database while waiting for the provider would keep it from the others.
    app = await startTestApp({
      ...PAYING_APP,
      PAYMENT_PROVIDER_TIMEOUT_MS: String(TIMEOUT_MS),
      DATABASE_POOL_SIZE: '3',
    });
    author = await registerAdmin(app);
    approver = await registerAdmin(app);
    doctor = await payableDoctor(app, author);
  });
  after(() => app.close());
  beforeEach(() => app.sandbox.control.clearFaults());

  const silent = () => app.sandbox.control.dropResponses('all', 'hang');
  const heals = () => app.sandbox.control.clearFaults();
  /** The time to ask again has come. */
  const asksAgain = async (queue: string) => {
    await app.sql(
      `update pgboss.job set start_after = now() where name = $1 and state in ('created', 'retry')`,
      [queue],
    );
    await settled(app);
  };
  const held = async () => {
    const patient = await register(app);
    return { patient, visit: await book(patient, doctor.doctorId) };
  };
  type Held = Awaited<ReturnType<typeof held>>;
  const open = ({ patient, visit }: Held) =>
    patient.client.post('/api/payments/intent/', { appointment_id: visit.id });
  const intentsOf = (visits: readonly Held[]) =>
    app.sandbox.control
      .intents()
      .filter(({ metadata }) => visits.some(({ visit }) => visit.id === metadata['appointment_id']));
  const balance = async ({ transactionId }: PaidVisit) =>
    app.sql<{ kind: string; sum: number }>(
      `select t.kind, sum(p.amount)::int as sum from ledger_transactions t join ledger_postings p on p.transaction_id = t.id
       join ledger_accounts a on a.id = p.account_id
       where t.payment_id = $1 and a.kind = 'provider_clearing' and t.kind <> 'provider_fee' group by t.kind order by t.kind`,
      [transactionId],
    );

  it('is asked again for a refund until it has answered, and has made one', async () => {
    const visit = await paidVisit(app, doctor);
    silent();
    const asked = await author.client.post(`/api/payments/transactions/${visit.transactionId}/refund/`, {
      reason: 'By arrangement',
      amount: eur(1200),
    });
    expect(asked.status).toBe(201);
    const refund = async () =>
      (await author.client.get(`/api/payments/refunds/${asked.body.data.id}/`)).body.data.status;
    await settled(app);
    expect(await refund()).toBe('succeeded');
    // Its webhook told what its answer did not. Without it, it is asked:
    app.sandbox.control.loseNext('all');
    const second = await author.client.post(`/api/payments/transactions/${visit.transactionId}/refund/`, {
      reason: 'By arrangement',
      amount: eur(300),
    });
    await settled(app);
    const path = `/api/payments/refunds/${second.body.data.id}/`;
    expect((await author.client.get(path)).body.data.status).toBe('pending');
    heals();
    await asksAgain('payments.execute-refund');
    expect((await author.client.get(path)).body.data.status).toBe('succeeded');
    const reference = visit.intent.transaction.provider_reference;
    const made = app.sandbox.control.refunds().filter(({ payment_intent }) => payment_intent === reference);
    expect(made.map(({ amount }) => amount).toSorted((one, other) => one - other)).toEqual([300, 1200]);
    expect(await balance(visit)).toEqual([
      { kind: 'payment_received', sum: 5000 },
      { kind: 'refund_given', sum: -1500 },
    ]);
    expect(await failedJobs(app)).toEqual([]);
  });

  it('is asked again for a payout, and has made one', async () => {
    await earnedVisit(app, doctor);
    const before = await transferredTo(app, doctor.doctorId);
    const draft = await author.client.post('/api/payments/payouts/', { doctor_id: doctor.doctorId });
    const path = `/api/payments/payouts/${draft.body.data.id}/`;
    silent();
    app.sandbox.control.loseNext('all');
    await approver.client.patch(path, { status: 'approved' });
    await settled(app);
    expect((await author.client.get(path)).body.data.status).toBe('processing');
    heals();
    await asksAgain('payments.execute-payout');
    expect((await author.client.get(path)).body.data.status).toBe('paid');
    expect((await transferredTo(app, doctor.doctorId)) - before).toBe(draft.body.data.amount.amount);
    expect(await failedJobs(app)).toEqual([]);
  });

  it('holds up nobody else, is left alone after a while, and is asked again when it has had its time', async () => {
    const crowd: Held[] = [];
    for (let count = 0; count < FAILURES_IN_A_ROW; count += 1) crowd.push(await held());
    const late = await held();
    silent();
    const over = new AbortController();
    const answers = Promise.all(crowd.map(open)).finally(() => over.abort());
    await eventually(() => intentsOf(crowd).length === crowd.length, 'everybody waits for the provider');
    let others = 0;
    while (!over.signal.aborted) {
      const began = performance.now();
      expect((await late.patient.client.get(`/api/appointments/${late.visit.id}/`)).status).toBe(200);
      expect(performance.now() - began).toBeLessThan(TIMEOUT_MS * 10);
      others += 1;
    }
    expect(others).toBeGreaterThan(3);
    for (const { status, body } of await answers) {
      expect(status).toBe(503);
      expect(body.details.code).toBe('payment_provider_unavailable');
    }

    // Left alone: nothing of this reaches it.
    const spared = await open(late);
    expect(spared.status).toBe(503);
    expect(intentsOf([late])).toEqual([]);

    heals();
    await eventually(async () => (await open(late)).status === 201, 'it is asked again');
    for (const one of crowd) expect((await open(one)).status).toBe(201);
    // Nobody got a second one by asking twice.
    expect(intentsOf(crowd)).toHaveLength(crowd.length);
    expect(intentsOf([late])).toHaveLength(1);
    const [first] = crowd;
    const paid = intentsOf(first ? [first] : []);
    app.sandbox.control.pay(paid[0]?.id ?? '');
    await settled(app);
    const seen = await first?.patient.client.get(`/api/appointments/${first.visit.id}/`);
    expect(seen?.body.data.status).toBe('scheduled');
  });
});
