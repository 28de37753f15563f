import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { failedJobs, PAYING_APP, settled } from '../../support/paying.ts';
import { type Person, registerAdmin, registerDoctor } from '../../support/people.ts';
import { openCheckout } from '../../support/subscribing.ts';

/** `HISTORY_SEED=… HISTORY_STEPS=…` lives the same life again, or a longer one. */
const SEED = Number(process.env['HISTORY_SEED'] ?? Date.now() % 2 ** 31);
const STEPS = Number(process.env['HISTORY_STEPS'] ?? 120);
const DOCTORS = 4;

const STEP = fc.record({
  act: fc.constantFrom(
    'subscribe' as const,
    'advance' as const,
    'advance' as const,
    'goodCard' as const,
    'badCard' as const,
    'retry' as const,
    'giveUp' as const,
    'cancelLater' as const,
    'cancelNow' as const,
    'refund' as const,
    'look' as const,
  ),
  fault: fc.constantFrom('none', 'none', 'lose', 'duplicate', 'reorder', 'drop'),
  at: fc.nat({ max: 1_000 }),
});
type Act = (typeof STEP extends fc.Arbitrary<infer Step> ? Step : never)['act'];

describe('a random history of subscriptions', () => {
  let app: TestApp;
  let doctors: Person[];

  before(async () => {
    app = await startTestApp(PAYING_APP);
    const admin = await registerAdmin(app);
    doctors = [];
    for (let made = 0; made < DOCTORS; made += 1) doctors.push(await registerDoctor(app, admin));
  });
  after(() => app.close());

  function setFault(fault: string): void {
    const { control } = app.sandbox;
    control.clearFaults();
    if (fault === 'lose') control.loseNext(4);
    if (fault === 'duplicate') control.duplicateNext(4, 3);
    if (fault === 'reorder') control.reorderNext(6);
    if (fault === 'drop') control.dropResponses(2, 'destroy');
  }

  /** What is not possible now is left out, as it would be outside. */
  async function live(act: Act, at: number): Promise<void> {
    const { control } = app.sandbox;
    const doctor = doctors[at % DOCTORS] as Person;
    if (act === 'subscribe') {
      const answer = await doctor.client.post('/api/payments/subscription/checkout/', {});
      expect([201, 409, 503]).toContain(answer.status);
      if (answer.status === 201) control.payCheckout(answer.body.data.checkout_url.split('/').at(-1));
      return;
    }
    if (act === 'look') {
      expect([200, 404]).toContain((await doctor.client.get('/api/payments/subscription/')).status);
      return;
    }
    const all = control.subscriptions();
    const { id } = all[at % all.length] ?? {};
    if (id === undefined) return;
    const acts: Record<Exclude<Act, 'subscribe' | 'look'>, () => unknown> = {
      advance: () => control.advance(id),
      goodCard: () => control.useCard(id, 'pm_card_visa'),
      badCard: () => control.useCard(id, 'pm_card_chargeDeclined'),
      retry: () => control.retryCharge(id),
      giveUp: () => control.giveUpCharging(id),
      cancelLater: () => control.cancelSubscription(id, 'period_end'),
      cancelNow: () => control.cancelSubscription(id, 'now'),
      refund: () => control.refund(control.intents()[at % control.intents().length]?.id ?? '', 500),
    };
    try {
      acts[act]();
    } catch (error) {
      expect((error as { status?: number }).status).toBeGreaterThanOrEqual(400);
    }
  }

  it(`ends with what the provider says, and books that agree with it (seed ${SEED})`, {
    timeout: 180_000,
  }, async () => {
    const { control } = app.sandbox;
    for (const { act, fault, at } of fc.sample(STEP, { seed: SEED, numRuns: STEPS })) {
      setFault(fault);
      await live(act, at);
      if (at % 3 === 0) await settled(app);
    }
    control.clearFaults();
    control.releaseHeld();
    await settled(app);
    // The night comes.
    await app.sql(`update subscriptions set as_of = as_of - interval '1 day'`);
    await app.sql(`update subscription_checkouts set created_at = created_at - interval '1 day'`);
    await app.onSchedule('payments.look-after-subscriptions');
    await app.onSchedule('payments.reconcile-daily');
    await settled(app);

    const STATUS: Record<string, string> = { canceled: 'cancelled', unpaid: 'suspended' };
    const there = control
      .subscriptions()
      .map(({ id, status }) => `${id} ${STATUS[status] ?? status}`)
      .toSorted((one, other) => one.localeCompare(other));
    const here = await app.sql<{ line: string }>(
      `select provider_reference || ' ' || status as line from subscriptions`,
    );
    expect(here.map(({ line }) => line).toSorted((one, other) => one.localeCompare(other))).toEqual(there);
    const twice = await app.sql(
      `select organization_id from subscriptions where status not in ('cancelled', 'expired')
       group by organization_id having count(*) > 1`,
    );
    expect(twice).toEqual([]);

    const [clearing] = await app.sql<{ sum: string }>(
      `select coalesce(sum(p.amount), 0) as sum from ledger_postings p join ledger_accounts a on a.id = p.account_id
       where a.kind = 'provider_clearing'`,
    );
    const held = control.balanceTransactions().reduce((sum, { net }) => sum + net, 0);
    expect(Number(clearing?.sum)).toBe(held);
    expect(await failedJobs(app)).toEqual([]);
  });

  it('lets everybody subscribe again afterwards', async () => {
    for (const doctor of doctors) {
      const answer = await doctor.client.post('/api/payments/subscription/checkout/', {});
      expect([201, 409]).toContain(answer.status);
      if (answer.status === 201) expect((await openCheckout(doctor)).id).toBe(answer.body.data.id);
    }
  });
});
