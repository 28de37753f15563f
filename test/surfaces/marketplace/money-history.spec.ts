import { after, before, describe, it } from 'node:test';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expect } from 'expect';
import fc from 'fast-check';
import { loadConfig, PlatformModule } from '#platform';
import { LIBRARIES } from '../../../apps/api/src/libraries.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { failedJobs, type Intent, PAYING_APP, payInBrowser, settled } from '../../support/paying.ts';
import { payableDoctor, transferredTo } from '../../support/payouts.ts';
import { type DoctorPerson, freeSlots, type Person, register, registerAdmin } from '../../support/people.ts';

/** `HISTORY_SEED=… HISTORY_VISITS=…` lives the same life again, or a longer one. */
const SEED = Number(process.env['HISTORY_SEED'] ?? Date.now() % 2 ** 31);
const VISITS = Number(process.env['HISTORY_VISITS'] ?? 100);
/** So many things happen side by side. */
const AT_ONCE = 8;
const MONTH = new Date().toISOString().slice(0, 7);

interface Visit {
  readonly id: string;
  readonly doctor: DoctorPerson;
  readonly patient: Person;
  readonly intent: Intent;
}

const happening = <T>(first: T, ...others: T[]) => fc.constantFrom(first, ...others);

/** One thing that happens; `at` picks to whom, `amount` how much. A visit is booked about every second time. */
const STEP = fc.record({
  act: fc.oneof(
    { weight: 9, arbitrary: happening('visit' as const) },
    {
      weight: 10,
      arbitrary: happening(
        'complete' as const,
        'refund' as const,
        'dispute' as const,
        'payout' as const,
        'resend' as const,
      ),
    },
    {
      weight: 6,
      arbitrary: happening(
        'cancelByPatient' as const,
        'cancelByDoctor' as const,
        'lapse' as const,
        'dashboardRefund' as const,
        'endRefund' as const,
        'endDispute' as const,
        'retryRefund' as const,
        'pay' as const,
      ),
    },
  ),
  card: fc.oneof(
    { weight: 8, arbitrary: happening('pm_card_visa') },
    {
      weight: 3,
      arbitrary: happening(
        'pm_card_chargeDeclined',
        'pm_card_pendingRefund',
        'pm_sandbox_processing',
        'nobody',
      ),
    },
  ),
  at: fc.nat({ max: 1_000_000 }),
  amount: fc.integer({ min: 1, max: 5000 }),
});
type Step = typeof STEP extends fc.Arbitrary<infer Value> ? Value : never;

/** What goes wrong while a group of things happens. */
const FAULT = happening('none', 'none', 'lose', 'delay', 'duplicate', 'reorder', 'unanswered', 'noWorker');

@Module({ imports: LIBRARIES })
class WorkerModule {}

describe('a random history of the money of visits', () => {
  let app: TestApp;
  let author: Person;
  let approver: Person;
  let closeWorker: (() => Promise<void>) | undefined;
  const doctors: DoctorPerson[] = [];
  const patients: Person[] = [];
  const slots = new Map<string, string[]>();
  const visits: Visit[] = [];

  /** The process that does the jobs; the api process does none. */
  async function startWorker(): Promise<void> {
    if (closeWorker) return;
    const config = loadConfig({ ...app.environment, RUN_JOBS: '1' });
    const worker = await NestFactory.createApplicationContext(
      { module: WorkerModule, imports: [PlatformModule.with(config)] },
      { logger: false, abortOnError: false },
    );
    closeWorker = () => worker.close();
  }
  async function stopWorker(): Promise<void> {
    await closeWorker?.();
    closeWorker = undefined;
  }

  before(async () => {
    app = await startTestApp({ ...PAYING_APP, RUN_JOBS: '0' });
    await startWorker();
    author = await registerAdmin(app);
    approver = await registerAdmin(app);
    doctors.push(await payableDoctor(app, author), await payableDoctor(app, author));
    for (let index = 0; index < 6; index += 1) patients.push(await register(app));
    for (const { doctorId } of doctors) {
      const free = await freeSlots(author.client, doctorId);
      slots.set(
        doctorId,
        free.map(({ start }) => start),
      );
    }
  });
  after(async () => {
    await stopWorker();
    await app.close();
  });

  const one = <T>(of: readonly T[], at: number): T | undefined => of[at % of.length];
  /** What the provider refuses, it refuses to a person in its dashboard as well. */
  const tried = (act: () => unknown): void => {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Error) || !('status' in error)) throw error;
    }
  };
  const reference = ({ intent }: Visit) => intent.transaction.provider_reference;

  async function newVisit({ at, card }: Step): Promise<void> {
    const doctor = one(doctors, at);
    const patient = one(patients, at >> 3);
    if (!doctor || !patient) return;
    const start = slots.get(doctor.doctorId)?.shift();
    const booked = await patient.client.post('/api/appointments/', {
      doctor_id: doctor.doctorId,
      start,
      reason: 'A cough that stays',
    });
    if (booked.status !== 201) return;
    const { id } = booked.body.data;
    const opened = await patient.client.post('/api/payments/intent/', { appointment_id: id });
    // Not answered: the reconciler closes it.
    if (opened.status !== 201) return;
    const visit = { id, doctor, patient, intent: opened.body.data };
    visits.push(visit);
    await pay(visit, card);
  }

  /** The patient's browser may be whose answer is lost: what it asked for is done. */
  async function pay({ intent }: Visit, card: string): Promise<void> {
    if (card === 'nobody') return;
    await payInBrowser(app, intent, card).catch((error: unknown) => {
      if (!(error instanceof TypeError)) throw error;
    });
  }

  /** A refund of the provider's, whichever; `undefined` as long as there is none. */
  const anyRefund = (at: number) => one(app.sandbox.control.refunds(), at);
  const refund = ({ intent }: Visit, amount: number) =>
    author.client.post(`/api/payments/transactions/${intent.transaction.id}/refund/`, {
      reason: 'History',
      amount: { amount, currency: 'EUR' },
    });
  const onVisit = (act: (visit: Visit, step: Step) => unknown) => async (step: Step) => {
    // Mostly a young one: while its news is still under way.
    const visit = one(step.at % 3 === 0 ? visits : visits.slice(-AT_ONCE), step.at);
    if (visit) await act(visit, step);
  };

  const acts: Record<Step['act'], (step: Step) => Promise<unknown>> = {
    visit: newVisit,
    pay: onVisit((visit, { card }) => pay(visit, card)),
    complete: onVisit(async ({ id, doctor }) => {
      for (const action of ['start', 'end']) await doctor.client.post(`/api/appointments/${id}/${action}/`);
    }),
    cancelByPatient: onVisit(({ id, patient }) => patient.client.post(`/api/appointments/${id}/cancel/`)),
    cancelByDoctor: onVisit(({ id, doctor }) => doctor.client.post(`/api/appointments/${id}/cancel/`)),
    // The hold ends before the provider has told that it was paid.
    lapse: onVisit(({ id }) =>
      app.sql(
        `update appointments set hold_expires_at = now() - interval '1 second' where id = $1 and status = 'held'`,
        [id],
      ),
    ),
    refund: onVisit((visit, { amount, at }) =>
      Promise.all(Array.from({ length: at % 3 === 0 ? 2 : 1 }, () => refund(visit, amount))),
    ),
    dashboardRefund: onVisit((visit, { amount }) =>
      tried(() => app.sandbox.control.refund(reference(visit), amount)),
    ),
    endRefund: async ({ at }) => {
      const found = anyRefund(at);
      if (found)
        tried(() => app.sandbox.control.settleRefund(found.id, at % 2 === 0 ? 'succeeded' : 'failed'));
    },
    retryRefund: async ({ at }) => {
      const failed = await app.sql<{ id: string }>(
        `select id from refunds where status = 'failed' order by id`,
      );
      const found = one(failed, at);
      if (found) await author.client.post(`/api/payments/refunds/${found.id}/retry/`);
    },
    dispute: onVisit((visit, { at, amount }) =>
      tried(() =>
        app.sandbox.control.dispute(reference(visit), {
          isInquiry: at % 5 === 0,
          ...(at % 3 === 0 && { amount }),
        }),
      ),
    ),
    endDispute: async ({ at }) => {
      const found = one(app.sandbox.control.disputes(), at);
      if (!found) return;
      if (at % 2 === 0) tried(() => app.sandbox.control.answerDispute(found.id));
      tried(() => app.sandbox.control.closeDispute(found.id, at % 3 === 0 ? 'lost' : 'won'));
    },
    // Of anything that ever happened.
    resend: async ({ at }) => {
      const event = one(app.sandbox.control.events(), at);
      if (event) app.sandbox.control.redeliver(event.event.id);
    },
    payout: async ({ at }) => {
      const doctor = one(doctors, at);
      await author.client.post('/api/payments/payouts/generate/', {
        doctor_id: doctor?.doctorId,
        month: MONTH,
      });
      const drafts = await app.sql<{ id: string }>(
        `select id from payouts where status in ('draft', 'failed')`,
      );
      const payout = one(drafts, at);
      if (payout) await approver.client.patch(`/api/payments/payouts/${payout.id}/`, { status: 'approved' });
    },
  };

  async function goWrong(fault: string): Promise<void> {
    const { control } = app.sandbox;
    if (fault === 'lose') control.loseNext('all');
    if (fault === 'delay') control.delayNext(4, 150);
    if (fault === 'duplicate') control.duplicateNext(6, 2);
    if (fault === 'reorder') control.reorderNext(5);
    // A request is tried three times.
    if (fault === 'unanswered') control.dropResponses(4, 'destroy');
    await (fault === 'noWorker' ? stopWorker() : startWorker());
  }

  /** The time of everything that was put off has come. */
  async function catchUp(): Promise<void> {
    await app.sql(
      `update pgboss.job set start_after = now() where state in ('created', 'retry') and start_after > now()
       and name in ('payments.reconcile', 'payments.execute-refund', 'payments.execute-payout',
                    'payments.process-webhook', 'appointments.expire-hold')`,
    );
    await settled(app);
  }

  /** Everybody else comes to an end: banks decide, and what was on its way arrives. */
  async function othersEnd(): Promise<void> {
    const { control } = app.sandbox;
    control.clearFaults();
    control.releaseHeld();
    await startWorker();
    for (const { id, status } of control.intents()) {
      if (status === 'processing')
        control.settleIntent(id, Number.parseInt(id.slice(-1), 36) % 2 ? 'failed' : 'succeeded');
    }
    await settled(app);
    for (const [index, { id, status }] of control.disputes().entries()) {
      const isOpen = !['won', 'lost', 'warning_closed'].includes(status);
      if (isOpen) control.closeDispute(id, index % 2 === 0 ? 'won' : 'lost');
    }
    await settled(app);
  }

  async function endings(): Promise<void> {
    await othersEnd();
    await app.sql(
      `update appointments set hold_expires_at = now() - interval '1 second' where status = 'held'`,
    );
    await catchUp();
    for (const { id, status } of app.sandbox.control.refunds()) {
      if (status === 'pending') app.sandbox.control.settleRefund(id, 'succeeded');
    }
    await catchUp();
    await app.onSchedule('payments.reconcile-daily');
    await settled(app);
    await catchUp();
    for (const { id, status } of app.sandbox.control.refunds()) {
      if (status === 'pending') app.sandbox.control.settleRefund(id, 'succeeded');
    }
    await settled(app);
  }

  /** Each payment as the provider has it: what came, less what went back. */
  function heldByProvider(intentId: string): number {
    const { control } = app.sandbox;
    const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
    const received = control.intents().find(({ id }) => id === intentId)?.amount_received ?? 0;
    const back = control
      .refunds()
      .filter(({ payment_intent, status }) => payment_intent === intentId && status === 'succeeded')
      .map(({ amount }) => amount);
    const moved = control
      .disputes()
      .filter(({ payment_intent }) => payment_intent === intentId)
      .flatMap(({ balance_transactions }) => balance_transactions.map(({ amount }) => amount));
    return received - sum(back) + sum(moved);
  }

  async function audit(): Promise<void> {
    expect(await failedJobs(app)).toEqual([]);
    const waiting = await app.sql(`select type, last_error from webhook_events where processed_at is null`);
    expect(waiting).toEqual([]);
    const crooked = await app.sql(
      `select transaction_id from ledger_postings group by transaction_id, currency having sum(amount) <> 0`,
    );
    expect(crooked).toEqual([]);

    const payments = await app.sql<{
      id: string;
      provider_reference: string | null;
      status: string;
      amount: number;
      refunded: number;
      disputed: number;
      clearing: number;
      visit: string;
      undecided: number;
      lost: number;
      failed: number;
      pending: number;
    }>(
      `select p.id, p.provider_reference, p.status, p.amount::int, p.refunded_amount::int as refunded,
         p.disputed_amount::int as disputed, v.status as visit,
         (select coalesce(sum(l.amount), 0)::int from ledger_transactions t
            join ledger_postings l on l.transaction_id = t.id join ledger_accounts a on a.id = l.account_id
            where t.payment_id = p.id and a.kind = 'provider_clearing' and t.kind !~ 'fee') as clearing,
         (select count(*)::int from disputes d where d.payment_id = p.id and d.status not in ('won', 'lost', 'closed')) as undecided,
         (select count(*)::int from disputes d where d.payment_id = p.id and d.status = 'lost') as lost,
         (select count(*)::int from refunds r where r.payment_id = p.id and r.status = 'failed') as failed,
         (select count(*)::int from refunds r where r.payment_id = p.id and r.status = 'pending') as pending
       from payments p join appointments v on v.id = p.appointment_id`,
    );
    const wrong = payments.filter((payment) => {
      const { status, amount, refunded, disputed, clearing, visit, lost, failed } = payment;
      const atProvider = payment.provider_reference === null ? 0 : heldByProvider(payment.provider_reference);
      if (payment.undecided + payment.pending > 0 || clearing !== atProvider) return true;
      if (status === 'cancelled') return clearing !== 0 || refunded + disputed !== 0;
      if (clearing !== amount - refunded - disputed) return true;
      // A visit that will not be and was not lost to the bank: given back, unless that itself failed.
      if (visit === 'expired' && failed === 0) return status !== 'refunded' && status !== 'disputed';
      if (lost > 0) return status !== 'disputed';
      if (refunded === amount) return status !== 'refunded';
      return status !== (refunded === 0 ? 'succeeded' : 'partially_refunded');
    });
    expect(wrong).toEqual([]);

    const [books] = await app.sql<{ held: number }>(
      `select coalesce(sum(p.amount), 0)::int as held from ledger_postings p
       join ledger_accounts a on a.id = p.account_id where a.kind in ('provider_clearing', 'provider_fees')`,
    );
    const moved = app.sandbox.control.balanceTransactions().reduce((sum, { amount }) => sum + amount, 0);
    expect(books?.held).toBe(moved);

    for (const { doctorId } of doctors) {
      const earned = await author.client.get(`/api/payments/earnings/?doctor_id=${doctorId}`);
      const [sums] = earned.body.data.currencies;
      const of = (name: string): number => sums[name].amount;
      expect(of('pending') + of('available') + of('reserved') + of('paid') - of('receivable')).toBe(
        of('total'),
      );
      expect(of('reserved')).toBe(0);
      expect(of('paid')).toBe(await transferredTo(app, doctorId));
    }
  }

  it(`leaves every payment in one place, and books that agree with the provider (seed ${SEED})`, {
    timeout: 60_000 + VISITS * 2_000,
  }, async (test) => {
    test.diagnostic(`HISTORY_SEED=${SEED} HISTORY_VISITS=${VISITS}`);
    const steps = fc.sample(STEP, { seed: SEED, numRuns: Math.ceil((VISITS * 25) / 9) });
    const faults = fc.sample(FAULT, { seed: SEED, numRuns: Math.ceil(steps.length / AT_ONCE) });
    for (const [group, fault] of faults.entries()) {
      await goWrong(fault);
      const now = steps.slice(group * AT_ONCE, (group + 1) * AT_ONCE);
      await Promise.all(now.map((step) => acts[step.act](step)));
      app.sandbox.control.clearFaults();
      if (closeWorker && group % 2 === 0) await settled(app);
    }
    await endings();
    await audit();

    const again = await author.client.post('/api/payments/reconciliations/', { days: 2 });
    await settled(app);
    const [{ id }] = again.body.data;
    const compared = await author.client.get(`/api/payments/reconciliations/${id}/`);
    expect(compared.body.data).toMatchObject({ status: 'done', repaired: 0, unresolved: 0 });

    const lived = await app.sql<{ what: string }>(
      `select count(*) || ' payments ' || status as what from payments group by status
       union all select count(*) || ' refunds ' || status from refunds group by status
       union all select count(*) || ' disputes ' || status from disputes group by status
       union all select count(*) || ' payouts ' || status from payouts group by status
       union all select count(*) || ' ' || kind from ledger_transactions group by kind order by 1`,
    );
    test.diagnostic(lived.map(({ what }) => what).join(', '));
  });
});
