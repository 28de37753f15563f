import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Clock, type Money, money, newId } from '#kernel';
import { Database, type Tables, Transactional } from '#platform';

export type AccountKind = Tables['ledgerAccounts']['kind'];

/** Whose money an account holds. Accounts are opened when they are first written to, one per currency. */
export interface AccountName {
  readonly kind: AccountKind;
  /** For clearing accounts and fees. */
  readonly provider?: string | null;
  /** For a doctor's accounts. */
  readonly practitionerId?: string | null;
}

/**
 * One side of a ledger transaction. The sign is the same everywhere: a debit is positive, a credit is
 * negative. So what providers hold for us (an asset) grows upwards, and what we owe a doctor or have earned
 * ourselves (a liability, a revenue) grows downwards: the amount that a person sees is minus the balance.
 */
export interface Posting {
  readonly account: AccountName;
  readonly amount: Money;
}

/** What is booked: something that happened, to something. The same fact is booked once. */
export interface LedgerFact {
  readonly kind: FactKind;
  readonly reference: string;
  /** The payment that it is about, when it is about one. */
  readonly paymentId?: string;
}

export type FactKind =
  /** Reference: the payment. */
  | 'payment_received'
  /** Reference: the payment, of which the provider has kept something for itself. */
  | 'provider_fee'
  /** Reference: the payment, whose visit is over: what is left of it is the doctor's. */
  | 'earning_released'
  /** Reference: the refund. */
  | 'refund_given'
  /** Reference: a refund that the bank has sent back. */
  | 'refund_returned'
  /** Reference: the movement by which the provider took money for a dispute. */
  | 'dispute_withdrawn'
  /** Reference: the movement by which it gave money back. */
  | 'dispute_reinstated'
  /** Reference: the movement with which the provider took a fee of its own. About no payment: nobody paid it. */
  | 'dispute_fee'
  /** Reference: an attempt to pay out; the money is kept back for it, and what it settles is settled. */
  | 'payout_reserved'
  /** Reference: an attempt to pay out that came to nothing. */
  | 'payout_released'
  /** As `payout_reserved`, for an advance: it settles nothing. */
  | 'advance_reserved'
  | 'advance_released'
  /** Reference: an attempt; what of its lines the payout does not pay is the next one's. */
  | 'rest_carried'
  | 'rest_released'
  /** Reference: the attempt; the money is with the doctor. */
  | 'payout_paid'
  /** Reference: the attempt, for which the provider has kept something for itself. */
  | 'payout_fee'
  /** Reference: its own; the provider took back what was paid out, or a part of it. */
  | 'payout_returned'
  /** Reference: the money that came for a subscription. */
  | 'subscription_paid'
  /** Reference: the same, of which the provider has kept something for itself. */
  | 'subscription_fee'
  /** Reference: a refund of it, which was made at the provider. */
  | 'subscription_refunded'
  /** Reference: such a refund that the bank has sent back. */
  | 'subscription_refund_returned';

export interface Balance {
  readonly kind: AccountKind;
  readonly provider: string | null;
  readonly practitionerId: string | null;
  readonly currency: string;
  /** Minor units, debits less credits. */
  readonly balance: number;
}

/**
 * The double-entry ledger. It is only ever added to: the server's role may not change or delete a row, and
 * the database refuses a transaction that does not sum to zero in each currency. A correction is a new one.
 */
@Injectable()
export class LedgerService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Books a fact, with the postings that are not zero. In the transaction that makes the fact true.
   * @returns false when it is booked already; nothing is written then.
   */
  @Transactional()
  async post({ kind, reference, paymentId }: LedgerFact, postings: readonly Posting[]): Promise<boolean> {
    const now = this.clock.now();
    const db = this.database.query;
    const transaction = await db
      .insertInto('ledgerTransactions')
      .values({
        id: newId(),
        kind,
        reference,
        paymentId: paymentId ?? null,
        occurredAt: now,
        recordedAt: now,
      })
      .onConflict((conflict) => conflict.columns(['kind', 'reference']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!transaction) return false;
    const moving = postings.filter(({ amount }) => amount.amount !== 0);
    if (moving.length === 0) return true;
    const accounts = await this.#accounts(moving);
    await db
      .insertInto('ledgerPostings')
      .values(
        moving.map(({ account, amount: { amount, currency } }) => ({
          id: newId(),
          transactionId: transaction.id,
          accountId: accounts.idOf(account, currency),
          amount,
          currency,
        })),
      )
      .execute();
    return true;
  }

  /**
   * Books the opposite of what was booked about the same reference.
   * @param undone the kind of what is undone; when it was not booked, nothing is written
   */
  @Transactional()
  async reverse(fact: LedgerFact, undone: FactKind): Promise<void> {
    const rows = await this.database.query
      .selectFrom('ledgerTransactions as transaction')
      .innerJoin('ledgerPostings as posting', 'posting.transactionId', 'transaction.id')
      .innerJoin('ledgerAccounts as account', 'account.id', 'posting.accountId')
      .select(['account.kind', 'account.provider', 'account.practitionerId'])
      .select(['posting.amount', 'posting.currency'])
      .where('transaction.kind', '=', undone)
      .where('transaction.reference', '=', fact.reference)
      .execute();
    if (rows.length === 0) return;
    await this.post(
      fact,
      rows.map(({ amount, currency, ...account }) => ({ account, amount: money(-amount, currency) })),
    );
  }

  async isBooked(kind: FactKind, reference: string): Promise<boolean> {
    const row = await this.database.query
      .selectFrom('ledgerTransactions')
      .select('id')
      .where('kind', '=', kind)
      .where('reference', '=', reference)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Every account with what is on it, or those of one doctor. */
  async balances(of: { practitionerId?: string } = {}): Promise<Balance[]> {
    return this.database.query
      .selectFrom('ledgerAccounts as account')
      .innerJoin('ledgerPostings as posting', 'posting.accountId', 'account.id')
      .select(['account.kind', 'account.provider', 'account.practitionerId', 'account.currency'])
      .select(sql<number>`sum(posting.amount)::bigint`.as('balance'))
      .$if(of.practitionerId !== undefined, (query) =>
        query.where('account.practitionerId', '=', of.practitionerId ?? ''),
      )
      .groupBy(['account.id'])
      .orderBy('account.kind')
      .orderBy('account.currency')
      .orderBy('account.id')
      .execute();
  }

  /** The accounts of postings, those that nobody has written to yet opened. */
  async #accounts(postings: readonly Posting[]): Promise<Accounts> {
    const known = await this.#find(postings);
    const missing = postings.filter(({ account, amount }) => !known.has(account, amount.currency));
    if (missing.length === 0) return known;
    await this.database.query
      .insertInto('ledgerAccounts')
      .values(
        missing.map(({ account: { kind, provider, practitionerId }, amount: { currency } }) => ({
          id: newId(),
          kind,
          provider: provider ?? null,
          practitionerId: practitionerId ?? null,
          currency,
        })),
      )
      // Somebody else was faster.
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return this.#find(postings);
  }

  async #find(postings: readonly Posting[]): Promise<Accounts> {
    const rows = await this.database.query
      .selectFrom('ledgerAccounts')
      .select(['id', 'kind', 'provider', 'practitionerId', 'currency'])
      .where((eb) =>
        eb.or(
          postings.map(({ account: { kind, provider, practitionerId }, amount: { currency } }) =>
            eb.and([
              eb('kind', '=', kind),
              eb('currency', '=', currency),
              provider ? eb('provider', '=', provider) : eb('provider', 'is', null),
              practitionerId ? eb('practitionerId', '=', practitionerId) : eb('practitionerId', 'is', null),
            ]),
          ),
        ),
      )
      .execute();
    return new Accounts(rows);
  }
}

/** Accounts by whose money they hold. */
class Accounts {
  readonly #ids: ReadonlyMap<string, string>;

  constructor(
    rows: readonly {
      id: string;
      kind: AccountKind;
      provider: string | null;
      practitionerId: string | null;
      currency: string;
    }[],
  ) {
    this.#ids = new Map(rows.map((row) => [keyOf(row, row.currency), row.id]));
  }

  has(account: AccountName, currency: string): boolean {
    return this.#ids.has(keyOf(account, currency));
  }

  idOf(account: AccountName, currency: string): string {
    const key = keyOf(account, currency);
    const id = this.#ids.get(key);
    if (id === undefined) throw new Error(`The account ${key} is not there.`);
    return id;
  }
}

function keyOf({ kind, provider, practitionerId }: AccountName, currency: string): string {
  return [kind, provider ?? '', practitionerId ?? '', currency].join(' ');
}
