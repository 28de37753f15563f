import { z } from 'zod';
import { CURRENCIES } from '#kernel';
import type { KindBalance, LedgerAccount, LedgerPosting } from '#payments';
import { Instant, iso, MoneyField, Timestamp } from '../http/fields.ts';
import { listQuery, narrowest } from '../http/list-query.ts';

const AccountKind = z
  .enum([
    'provider_clearing',
    'doctor_pending',
    'doctor_available',
    'doctor_receivable',
    'platform_revenue',
    'subscription_revenue',
    'payout_clearing',
    'provider_fees',
  ])
  .describe('What the account holds.');

/** The last instant of a day in UTC that the database tells from the next day. */
const endOf = (day: Temporal.PlainDate) =>
  day.add({ days: 1 }).toZonedDateTime('UTC').toInstant().subtract({ microseconds: 1 });

const AsOf = z
  .union([z.iso.date().transform((text) => endOf(Temporal.PlainDate.from(text))), Instant])
  .optional()
  .describe(
    'Balances at this instant, with what happened at it, or at the end of this day (UTC); now when absent.',
  );

export const AskBalances = z.object({ as_of: AsOf });

export const ACCOUNT_FILTERS = {
  kind: AccountKind.optional(),
  currency: z.enum(CURRENCIES).optional(),
  provider: z.string().max(50).optional(),
  doctor_id: z.uuid().optional(),
};

export const POSTING_TIMES = {
  occurred_after: Instant.optional(),
  occurred_before: Instant.optional().describe('Up to this instant, without it.'),
};

export const ListLedgerAccounts = listQuery(
  { kind: 'kind', currency: 'currency', created_at: 'createdAt' },
  { ...ACCOUNT_FILTERS, as_of: AsOf },
).transform(({ page, doctor_id, as_of, created, updated, ...rest }) => {
  const filter = { ...rest, practitionerId: doctor_id, asOf: as_of };
  // An account is opened once and never changes, so both mean when it was opened.
  return { page, filter: { ...filter, created: narrowest([created, updated]) } };
});

export const ListPostings = listQuery(
  { occurred_at: 'occurredAt', created_at: 'occurredAt' },
  POSTING_TIMES,
).transform(({ page, occurred_after, occurred_before, created, updated, search, order }) => ({
  page,
  filter: {
    // It is booked when it happens, and never changes.
    occurred: narrowest([{ from: occurred_after, to: occurred_before }, created, updated]),
    search,
    ascending: order ? !order.descending : false,
  },
}));

export const BalancesAnswer = z
  .object({
    as_of: Timestamp.nullable(),
    balances: z
      .array(
        z.object({
          kind: AccountKind,
          balance: MoneyField.describe('Debits less credits, of all accounts of the kind.'),
        }),
      )
      .describe('Zero in sum, for each currency.'),
  })
  .meta({ id: 'LedgerBalances' });

export const LedgerAccountAnswer = z
  .object({
    id: z.uuid(),
    kind: AccountKind,
    provider: z.string().nullable(),
    doctor_id: z.uuid().nullable(),
    balance: MoneyField.describe(
      'Debits less credits: what providers hold is positive, what is owed to doctors or earned is negative.',
    ),
    created_at: Timestamp,
  })
  .meta({ id: 'LedgerAccount' });

export const PostingAnswer = z
  .object({
    id: z.uuid(),
    entry_id: z.uuid().describe('The postings of one entry sum to zero.'),
    kind: z.string().describe('What happened, for example `payment_received`.'),
    reference: z.uuid().describe('To what: the payment, the refund, the attempt to pay out.'),
    transaction_id: z.uuid().nullable().describe('The payment that it is about.'),
    amount: MoneyField.describe('A debit is positive, a credit negative.'),
    occurred_at: Timestamp,
  })
  .meta({ id: 'LedgerPosting' });

export function toBalances(
  balances: readonly KindBalance[],
  asOf?: Temporal.Instant,
): z.infer<typeof BalancesAnswer> {
  return { as_of: asOf ? iso(asOf) : null, balances: [...balances] };
}

export function toLedgerAccount(account: LedgerAccount): z.infer<typeof LedgerAccountAnswer> {
  return {
    id: account.id,
    kind: account.kind,
    provider: account.provider,
    doctor_id: account.practitionerId,
    balance: account.balance,
    created_at: iso(account.createdAt),
  };
}

export function toPosting(posting: LedgerPosting): z.infer<typeof PostingAnswer> {
  return {
    id: posting.id,
    entry_id: posting.transactionId,
    kind: posting.kind,
    reference: posting.reference,
    transaction_id: posting.paymentId,
    amount: posting.amount,
    occurred_at: iso(posting.occurredAt),
  };
}
