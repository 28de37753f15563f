import { expect } from 'expect';
import { runCli } from '../cli.ts';
import { settled } from '../paying.ts';
import { transferredTo } from '../payouts.ts';
import { WRONG_SUM } from './acts.ts';
import { assertSound } from './sound-books.ts';
import type { World } from './world.ts';

/** Holds everything against the providers when a life is over. */
export async function audit(world: World): Promise<void> {
  await assertSound(world);
  await assertNothingLeft(world);
  await assertPayments(world);
  await assertSums(world);
  await assertDoctors(world);
  await assertCompared(world);
  const { code, output } = await runCli(world.app, ['ledger', 'verify']);
  expect({ code, output }).toMatchObject({ code: 0 });
}

/** No job failed and no webhook waits, but for those that told of a wrong sum. */
async function assertNothingLeft({ app }: World): Promise<void> {
  const failed = await app.sql(
    `select j.name, j.output from pgboss.job j
     left join webhook_events e on e.id::text = j.data ->> 'webhookEventId'
     where j.state in ('failed', 'retry') and j.name ~ '^(payments|appointments)[.]'
       and coalesce(e.event_id, '') not like $1`,
    [`${WRONG_SUM}%`],
  );
  expect(failed).toEqual([]);
  const waiting = await app.sql(
    `select type, last_error from webhook_events where processed_at is null and event_id not like $1`,
    [`${WRONG_SUM}%`],
  );
  expect(waiting).toEqual([]);
  const open = await app.sql(`select id, status from payouts where status in ('approved', 'processing')`);
  expect(open).toEqual([]);
}

interface PaymentRow {
  readonly id: string;
  readonly provider: string;
  readonly provider_reference: string | null;
  readonly status: string;
  readonly amount: number;
  readonly refunded: number;
  readonly disputed: number;
  readonly clearing: number;
  readonly visit: string;
  readonly cancelled_by: string | null;
  readonly undecided: number;
  readonly lost: number;
  readonly failed: number;
}

/** Every payment is in exactly one place, and that is where its provider has it. */
async function assertPayments({ app, sides }: World): Promise<void> {
  const payments = await app.sql<PaymentRow>(
    `select p.id, p.provider, p.provider_reference, p.status, p.amount::int, p.refunded_amount::int as refunded,
       p.disputed_amount::int as disputed, v.status as visit, v.cancelled_by,
       (select coalesce(sum(l.amount), 0)::int from ledger_transactions t
          join ledger_postings l on l.transaction_id = t.id join ledger_accounts a on a.id = l.account_id
          where t.payment_id = p.id and a.kind = 'provider_clearing' and t.kind !~ 'fee') as clearing,
       (select count(*)::int from disputes d where d.payment_id = p.id and d.status not in ('won', 'lost', 'closed'))
         + (select count(*)::int from refunds r where r.payment_id = p.id and r.status = 'pending') as undecided,
       (select count(*)::int from disputes d where d.payment_id = p.id and d.status = 'lost') as lost,
       (select count(*)::int from refunds r where r.payment_id = p.id and r.status = 'failed') as failed
     from payments p join appointments v on v.id = p.appointment_id`,
  );
  const wrong = payments.flatMap((payment) => {
    const side = sides.find(({ name }) => name === payment.provider);
    const reference = payment.provider_reference;
    const held = reference === null ? 0 : (side?.held(reference) ?? 0);
    const problem = problemOf(payment, held);
    return problem === undefined ? [] : [{ problem, held, ...payment }];
  });
  expect(wrong).toEqual([]);
}

function problemOf(payment: PaymentRow, held: number): string | undefined {
  const { status, amount, refunded, disputed, clearing, lost, failed } = payment;
  if (payment.undecided > 0) return 'not at its end';
  if (clearing !== held) return 'ledger and provider differ';
  if (status === 'cancelled')
    return clearing === 0 && refunded + disputed === 0 ? undefined : 'paid, but cancelled';
  if (clearing !== amount - refunded - disputed) return 'ledger and record differ';
  const expected =
    lost > 0
      ? 'disputed'
      : refunded === 0
        ? 'succeeded'
        : refunded === amount
          ? 'refunded'
          : 'partially_refunded';
  if (status !== expected) return `should be ${expected}`;
  // What could not be given back is there to be tried again.
  if (isAllDue(payment) && failed === 0 && status !== 'refunded' && status !== 'disputed')
    return 'not given back';
  return undefined;
}

/** Nobody came, the slot was lost, or the doctor called it off. */
function isAllDue({ visit, cancelled_by }: PaymentRow): boolean {
  return visit === 'expired' || visit === 'no_show' || (visit === 'cancelled' && cancelled_by === 'doctor');
}

/** The books have what moved at each provider, and a balance is the sum of its postings. */
async function assertSums({ app, sides, author }: World): Promise<void> {
  const rows = await app.sql<{ provider: string; currency: string; held: number }>(
    `select a.provider, p.currency, sum(p.amount)::int as held
     from ledger_postings p join ledger_accounts a on a.id = p.account_id
     where a.kind in ('provider_clearing', 'provider_fees') group by a.provider, p.currency having sum(p.amount) <> 0`,
  );
  const moved = sides.flatMap((side) =>
    [...side.moved()]
      .filter(([, held]) => held !== 0)
      .map(([currency, held]) => ({ provider: side.name, currency, held })),
  );
  const key = ({ provider, currency }: { provider: string; currency: string }) => `${provider} ${currency}`;
  const sorted = <T extends { provider: string; currency: string }>(all: readonly T[]) =>
    all.toSorted((one, other) => key(one).localeCompare(key(other)));
  expect(sorted(rows)).toEqual(sorted(moved));

  const shown = await author.client.get('/api/payments/ledger/accounts/?page_size=100');
  const balances = Object.fromEntries(
    shown.body.data.items.map((account: { id: string; balance: { amount: number } }) => [
      account.id,
      account.balance.amount,
    ]),
  );
  const sums = await app.sql<{ id: string; sum: number }>(
    `select a.id, coalesce(sum(p.amount), 0)::int as sum from ledger_accounts a
     left join ledger_postings p on p.account_id = a.id group by a.id`,
  );
  expect(balances).toEqual(Object.fromEntries(sums.map(({ id, sum }) => [id, sum])));
}

/** What a doctor earned is somewhere, and what was paid is with the doctor. */
async function assertDoctors({ app, author, doctors, stripe }: World): Promise<void> {
  for (const { doctorId, side } of doctors) {
    const earned = await author.client.get(`/api/payments/earnings/?doctor_id=${doctorId}`);
    const [sums] = earned.body.data.currencies;
    if (!sums) continue;
    const of = (name: string): number => sums[name].amount;
    expect(of('pending') + of('available') + of('reserved') + of('paid') - of('receivable')).toBe(
      of('total'),
    );
    expect(of('reserved')).toBe(0);
    if (side === stripe) expect(of('paid')).toBe(await transferredTo(app, doctorId));
  }
}

/** A comparison finds nothing that it would have to repair. */
async function assertCompared({ app, author }: World): Promise<void> {
  const asked = await author.client.post('/api/payments/reconciliations/', { days: 2 });
  await settled(app);
  for (const { id } of asked.body.data) {
    const compared = await author.client.get(`/api/payments/reconciliations/${id}/`);
    const findings = await author.client.get(`/api/payments/reconciliations/${id}/findings/`);
    expect({ ...compared.body.data, findings: findings.body.data.items }).toMatchObject({
      status: 'done',
      repaired: 0,
      unresolved: 0,
      findings: [],
    });
  }
}

/** What such a life was made of, for the reader of a run. */
export async function summaryOf({ app }: World): Promise<string> {
  const rows = await app.sql<{ what: string }>(
    `select count(*) || ' payments ' || provider || ' ' || status as what from payments group by provider, status
     union all select count(*) || ' refunds ' || cause || ' ' || status from refunds group by cause, status
     union all select count(*) || ' disputes ' || status from disputes group by status
     union all select count(*) || ' payouts ' || status from payouts group by status
     union all select count(*) || ' visits ' || status from appointments group by status
     union all select count(*) || ' ' || kind from ledger_transactions group by kind
     union all select count(*) || ' webhooks ' || outcome from webhook_events group by outcome order by 1`,
  );
  return rows.map(({ what }) => what).join(', ');
}
