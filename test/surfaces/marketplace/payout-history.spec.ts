import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { PAYING_APP, type PaidVisit, paidVisit, settled } from '../../support/paying.ts';
import { payableDoctor, transferredTo } from '../../support/payouts.ts';
import { type DoctorPerson, type Person, registerAdmin } from '../../support/people.ts';

const MONTH = new Date().toISOString().slice(0, 7);
/** `HISTORY_SEED=… HISTORY_STEPS=…` lives the same life again, or a longer one. */
const SEED = Number(process.env['HISTORY_SEED'] ?? Date.now() % 2 ** 31);
const STEPS = Number(process.env['HISTORY_STEPS'] ?? 40);

/** What happens next; `at` picks to whom, `amount` how much. */
const STEP = fc.record({
  act: fc.oneof(
    { weight: 5, arbitrary: fc.constant('visit' as const) },
    { weight: 4, arbitrary: fc.constantFrom('refund' as const, 'generate' as const, 'approve' as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'complete' as const,
        'twoRefunds' as const,
        'bounce' as const,
        'advance' as const,
        'twoGenerates' as const,
        'cancel' as const,
        'takeBack' as const,
        'refuse' as const,
        'repeatNews' as const,
        'reverseNews' as const,
        'loseNews' as const,
        'loseAnswer' as const,
      ),
    },
  ),
  at: fc.nat({ max: 1_000_000 }),
  amount: fc.integer({ min: 1, max: 5000 }),
});

describe('a random history of visits, refunds and payouts', () => {
  let app: TestApp;
  let author: Person;
  let approver: Person;
  const doctors: DoctorPerson[] = [];
  const visits: { visit: PaidVisit; doctor: DoctorPerson; over: boolean }[] = [];

  before(async () => {
    app = await startTestApp(PAYING_APP);
    author = await registerAdmin(app);
    approver = await registerAdmin(app);
    doctors.push(await payableDoctor(app, author), await payableDoctor(app, author));
  });
  after(() => app.close());

  const one = <T>(of: readonly T[], at: number): T | undefined => of[at % of.length];
  const complete = async (which: (typeof visits)[number] | undefined) => {
    if (!which || which.over) return;
    for (const step of ['start', 'end']) {
      await which.doctor.client.post(`/api/appointments/${which.visit.appointmentId}/${step}/`);
    }
    which.over = true;
  };
  const refund = (at: number, amount: number) => {
    const visit = one(visits, at)?.visit;
    return (
      visit &&
      author.client.post(`/api/payments/transactions/${visit.transactionId}/refund/`, {
        reason: 'History',
        amount: { amount, currency: 'EUR' },
      })
    );
  };
  const generate = (doctor: DoctorPerson | undefined) =>
    author.client.post('/api/payments/payouts/generate/', { doctor_id: doctor?.doctorId, month: MONTH });
  const decide = async (at: number, statuses: string, status: 'approved' | 'cancelled') => {
    const rows = await app.sql<{ id: string }>(
      `select id from payouts where status = any ($1::payout_status[]) order by id`,
      [statuses],
    );
    const payout = one(rows, at);
    if (payout) await approver.client.patch(`/api/payments/payouts/${payout.id}/`, { status });
  };
  /** The time of everything that was put off has come. */
  const catchUp = async () => {
    await app.sql(
      `update pgboss.job set start_after = now()
       where state in ('created', 'retry') and name in ('payments.execute-payout', 'payments.execute-refund')`,
    );
    await settled(app);
  };

  const acts: Record<
    (typeof STEP extends fc.Arbitrary<infer Step> ? Step : never)['act'],
    (at: number, amount: number) => Promise<unknown>
  > = {
    visit: async (at) => {
      const doctor = one(doctors, at);
      if (!doctor) return;
      const visit = { visit: await paidVisit(app, doctor), doctor, over: false };
      visits.push(visit);
      if (at % 4 !== 0) await complete(visit);
    },
    complete: (at) => complete(one(visits, at)),
    refund: async (at, amount) => refund(at, amount),
    twoRefunds: (at, amount) => Promise.all([refund(at, amount), refund(at, amount)]),
    bounce: async (at) => {
      const rows = await app.sql<{ provider_reference: string }>(
        `select provider_reference from refunds where status = 'succeeded' order by id`,
      );
      const bounced = one(rows, at);
      if (bounced) app.sandbox.control.settleRefund(bounced.provider_reference, 'failed');
    },
    generate: (at) => generate(one(doctors, at)),
    twoGenerates: (at) => Promise.all([generate(one(doctors, at)), generate(one(doctors, at))]),
    advance: (at, amount) =>
      author.client.post('/api/payments/payouts/', {
        doctor_id: one(doctors, at)?.doctorId,
        amount: { amount, currency: 'EUR' },
      }),
    approve: (at) => decide(at, '{draft,failed}', 'approved'),
    cancel: (at) => decide(at, '{draft,failed,approved}', 'cancelled'),
    takeBack: async (at, amount) => {
      const left = app.sandbox.control.transfers().filter(({ reversed }) => !reversed);
      const transfer = one(left, at);
      if (transfer) {
        const rest = transfer.amount - transfer.amount_reversed;
        app.sandbox.control.reverseTransfer(transfer.id, Math.min(rest, amount));
      }
    },
    refuse: async (at) => {
      const account = one(app.sandbox.control.accounts(), at);
      if (!account) return;
      app.sandbox.control.loseNext(2, ['account.updated']);
      app.sandbox.control.restrictAccount(account.id);
      await decide(at, '{draft,failed}', 'approved');
      await settled(app);
      app.sandbox.control.completeOnboarding(account.id);
    },
    repeatNews: async () => app.sandbox.control.duplicateNext(4, 2),
    reverseNews: async () => app.sandbox.control.reorderNext(2, ['refund.created', 'transfer.created']),
    loseNews: async () => app.sandbox.control.loseNext(2, ['refund.created', 'transfer.created']),
    loseAnswer: async (at, amount) => {
      app.sandbox.control.dropResponses(3, 'destroy');
      await (at % 2 === 0 ? refund(at, amount) : decide(at, '{draft,failed}', 'approved'));
      await settled(app);
      app.sandbox.control.clearFaults();
    },
  };

  /** What the provider has: what it took in, less what it gave back, sent on, and kept for itself. */
  const atProvider = async () => {
    const url = `${app.sandbox.url}/v1/balance_transactions?limit=100`;
    let sum = 0;
    for (let after = '', more = true; more; ) {
      const response = await fetch(url + after, { headers: { authorization: 'Bearer sk_test_televisit' } });
      const page = (await response.json()) as { data: { id: string; net: number }[]; has_more: boolean };
      sum += page.data.reduce((total, { net }) => total + net, 0);
      after = `&starting_after=${page.data.at(-1)?.id}`;
      more = page.has_more;
    }
    return sum;
  };

  /** What must hold at every rest. */
  const audit = async () => {
    const crooked = await app.sql(
      `select transaction_id from ledger_postings group by transaction_id, currency having sum(amount) <> 0`,
    );
    expect(crooked).toEqual([]);
    const [clearing] = await app.sql<{ balance: number }>(
      `select coalesce(sum(p.amount), 0)::int as balance from ledger_postings p join ledger_accounts a on a.id = p.account_id
       where a.kind = 'provider_clearing'`,
    );
    expect(clearing?.balance).toBe(await atProvider());
    const twice = await app.sql(
      `select posting_id from payout_items where is_live group by posting_id having count(*) > 1`,
    );
    expect(twice).toEqual([]);
    const unlike = await app.sql(
      `select o.id from payouts o join payout_items i on i.payout_id = o.id join ledger_postings p on p.id = i.posting_id
       group by o.id having o.amount <> -sum(p.amount)`,
    );
    expect(unlike).toEqual([]);
    for (const { doctorId } of doctors) {
      const earned = await author.client.get(`/api/payments/earnings/?doctor_id=${doctorId}`);
      const { currencies, months } = earned.body.data;
      const [sums] = currencies;
      if (!sums) continue;
      const of = (name: string): number => sums[name].amount;
      expect(of('pending') + of('available') + of('reserved') + of('paid') - of('receivable')).toBe(
        of('total'),
      );
      expect(of('total')).toBe(
        months.reduce((sum: number, { amount }: typeof sums) => sum + amount.amount, 0),
      );
      expect(of('receivable')).toBeGreaterThanOrEqual(0);
      expect(of('reserved')).toBe(0);
      expect(of('paid')).toBe(await transferredTo(app, doctorId));
    }
  };

  it(`ends with books that agree with the provider (seed ${SEED})`, {
    timeout: 60_000 + STEPS * 10_000,
  }, async (t) => {
    t.diagnostic(`HISTORY_SEED=${SEED} HISTORY_STEPS=${STEPS}`);
    const steps = fc.sample(STEP, { seed: SEED, numRuns: STEPS });
    for (const [index, { act, at, amount }] of steps.entries()) {
      await acts[act](at, amount);
      if (index % 3 === 0) await settled(app);
    }
    app.sandbox.control.releaseHeld();
    app.sandbox.control.clearFaults();
    await catchUp();
    await audit();

    // Whatever is left can be paid out, and then nothing is.
    for (const doctor of doctors) {
      const open = await app.sql<{ id: string }>(
        `select id from payouts where practitioner_id = $1 and status in ('draft', 'failed')`,
        [doctor.doctorId],
      );
      for (const { id } of open) {
        await approver.client.patch(`/api/payments/payouts/${id}/`, { status: 'cancelled' });
      }
      const all = await author.client.post('/api/payments/payouts/', { doctor_id: doctor.doctorId });
      if (all.status === 201) {
        const path = `/api/payments/payouts/${all.body.data.id}/`;
        expect((await approver.client.patch(path, { status: 'approved' })).status).toBe(200);
      }
      await settled(app);
      const left = await author.client.post('/api/payments/payouts/', { doctor_id: doctor.doctorId });
      expect(left.body.details.code).toBe('nothing_to_pay_out');
      expect(left.body.details.available.amount).toBeLessThanOrEqual(0);
    }
    await audit();
    const lived = await app.sql<{ what: string }>(
      `select count(*) || ' payouts ' || status as what from payouts group by status
       union all select count(*) || ' refunds ' || status from refunds group by status
       union all select count(*) || ' ' || kind from ledger_transactions group by kind order by 1`,
    );
    t.diagnostic(lived.map(({ what }) => what).join(', '));
  });
});
