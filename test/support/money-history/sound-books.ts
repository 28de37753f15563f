import { expect } from 'expect';
import type { World } from './world.ts';

/** What holds whenever everything is at rest. Each statement finds what breaks it. */
const NEVER: Readonly<Record<string, string>> = {
  'a transaction that does not sum to zero': `
    select transaction_id from ledger_postings group by transaction_id, currency having sum(amount) <> 0`,
  'more given back than was paid': `
    select p.id from payments p join refunds r on r.payment_id = p.id and r.status <> 'failed'
    where not exists (select from refunds d where d.payment_id = p.id and d.cause = 'made_at_provider')
    group by p.id having sum(r.amount) > p.amount`,
  'something given back twice by itself': `
    select payment_id from refunds where status <> 'failed'
      and cause in ('appointment_cancelled', 'doctor_absent', 'slot_lost')
    group by payment_id having count(*) > 1`,
  'a posting that two payouts pay': `
    select posting_id from payout_items where is_live group by posting_id having count(*) > 1`,
  'a payout that is not the sum of what it pays': `
    select o.id from payouts o join payout_items i on i.payout_id = o.id join ledger_postings p on p.id = i.posting_id
    group by o.id having o.amount + o.carried_amount <> -sum(p.amount)`,
  'a doctor who has less than nothing': `
    select a.practitioner_id, a.currency, sum(p.amount)::int as balance
    from ledger_postings p join ledger_accounts a on a.id = p.account_id
    where a.kind = 'doctor_available'
    group by a.practitioner_id, a.currency having sum(p.amount) > 0`,
  'a debt below zero': `
    select a.practitioner_id, sum(p.amount)::int as balance
    from ledger_postings p join ledger_accounts a on a.id = p.account_id
    where a.kind = 'doctor_receivable' group by a.id having sum(p.amount) < 0`,
  'money kept back for a payout that is not on its way': `
    select practitioner_id, currency from (
      select a.practitioner_id, a.currency, sum(p.amount) as kept
      from ledger_postings p join ledger_accounts a on a.id = p.account_id
      where a.kind = 'payout_clearing' group by a.practitioner_id, a.currency
      union all
      select practitioner_id, currency, amount from payouts where status in ('approved', 'processing')) sides
    group by practitioner_id, currency having sum(kept) <> 0`,
};

/** @throws with what is wrong, and which rows show it */
export async function assertSound({ app }: World): Promise<void> {
  const broken: Record<string, unknown[]> = {};
  for (const [what, statement] of Object.entries(NEVER)) {
    const rows = await app.sql(statement);
    if (rows.length > 0) broken[what] = rows;
  }
  expect(broken).toEqual({});
}
