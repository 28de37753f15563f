import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Actor, type Money, money, notFound, type Page, type PageRequest, type Period } from '#kernel';
import { containing, Database, given, pageOf, within } from '#platform';
import type { AccountKind, FactKind } from './ledger.service.ts';

/** An account with what is on it at a moment. */
export interface LedgerAccount {
  readonly id: string;
  readonly kind: AccountKind;
  readonly provider: string | null;
  readonly practitionerId: string | null;
  readonly createdAt: Temporal.Instant;
  /** Debits less credits: what providers hold is positive, what is owed to doctors or earned is negative. */
  readonly balance: Money;
}

export interface LedgerAccountFilter {
  readonly kind?: AccountKind;
  readonly currency?: string;
  readonly provider?: string;
  readonly practitionerId?: string;
  /** Matches the kind and the provider. */
  readonly search?: string;
  readonly created?: Period;
  /** Balances at this instant, with what happened at it; now when absent. */
  readonly asOf?: Temporal.Instant;
  readonly order?: { readonly by: 'kind' | 'currency' | 'createdAt'; readonly descending: boolean };
}

/** One side of a transaction, on one account. */
export interface LedgerPosting {
  readonly id: string;
  readonly transactionId: string;
  readonly kind: FactKind;
  readonly reference: string;
  readonly paymentId: string | null;
  readonly occurredAt: Temporal.Instant;
  /** A debit is positive, a credit negative. */
  readonly amount: Money;
}

/** All accounts of one kind and currency together. */
export interface KindBalance {
  readonly kind: AccountKind;
  readonly balance: Money;
}

/** Reads the books for administrators. Every figure is the sum of the postings that can be listed beside it. */
@Injectable()
export class LedgerAccountsService {
  constructor(private readonly database: Database) {}

  /** By kind and currency unless asked otherwise. */
  async list(_admin: Actor, filter: LedgerAccountFilter, page: PageRequest): Promise<Page<LedgerAccount>> {
    const { kind, currency, provider, practitionerId, search, created, asOf, order } = filter;
    const found = await pageOf(
      this.#accounts(asOf)
        .where((eb) =>
          eb.and(
            given([
              kind && eb('account.kind', '=', kind),
              currency && eb('account.currency', '=', currency),
              provider && eb('account.provider', '=', provider),
              practitionerId && eb('account.practitionerId', '=', practitionerId),
              search &&
                eb.or([
                  eb(eb.cast('account.kind', 'text'), 'ilike', containing(search)),
                  eb('account.provider', 'ilike', containing(search)),
                ]),
              ...within('account.createdAt', created),
            ]),
          ),
        )
        .$if(order !== undefined, (query) =>
          query.orderBy(`account.${order?.by ?? 'kind'}`, order?.descending ? 'desc' : 'asc'),
        )
        .orderBy('account.kind')
        .orderBy('account.currency')
        .orderBy('account.id'),
      page,
    );
    return { ...found, items: found.items.map(asAccount) };
  }

  /** @throws not_found `ledger_account_not_found` */
  async get(_admin: Actor, id: string, asOf?: Temporal.Instant): Promise<LedgerAccount> {
    const row = await this.#accounts(asOf).where('account.id', '=', id).executeTakeFirst();
    if (!row) throw notFound('ledger_account');
    return asAccount(row);
  }

  /**
   * What was booked on an account, newest first unless asked otherwise.
   * @param search matches the kind of fact
   * @throws not_found `ledger_account_not_found`
   */
  async postings(
    admin: Actor,
    accountId: string,
    { occurred, search, ascending = false }: { occurred?: Period; search?: string; ascending?: boolean },
    page: PageRequest,
  ): Promise<Page<LedgerPosting>> {
    await this.get(admin, accountId);
    const direction = ascending ? 'asc' : 'desc';
    const found = await pageOf(
      this.database.query
        .selectFrom('ledgerPostings as posting')
        .innerJoin('ledgerTransactions as transaction', 'transaction.id', 'posting.transactionId')
        .select([
          'posting.id',
          'posting.transactionId',
          'transaction.kind',
          'transaction.reference',
          'transaction.paymentId',
          'transaction.occurredAt',
          'posting.amount',
          'posting.currency',
        ])
        .where('posting.accountId', '=', accountId)
        .where((eb) =>
          eb.and(
            given([
              search && eb('transaction.kind', 'ilike', containing(search)),
              ...within('transaction.occurredAt', occurred),
            ]),
          ),
        )
        .orderBy('transaction.sequence', direction)
        .orderBy('posting.id', direction),
      page,
    );
    return {
      ...found,
      items: found.items.map(({ kind, amount, currency, ...posting }) => ({
        ...posting,
        kind: kind as FactKind,
        amount: money(amount, currency),
      })),
    };
  }

  /** Each kind of account by currency: the trial balance, which sums to zero in each currency. */
  async balances(_admin: Actor, asOf?: Temporal.Instant): Promise<KindBalance[]> {
    const rows = await this.database.query
      .selectFrom('ledgerAccounts as account')
      .innerJoin('ledgerPostings as posting', 'posting.accountId', 'account.id')
      .innerJoin('ledgerTransactions as transaction', 'transaction.id', 'posting.transactionId')
      .select(['account.kind', 'account.currency', sql<number>`sum(posting.amount)::bigint`.as('balance')])
      .where((eb) => eb.and(given([asOf && eb('transaction.occurredAt', '<=', asOf)])))
      .groupBy(['account.currency', 'account.kind'])
      .orderBy('account.currency')
      .orderBy('account.kind')
      .execute();
    return rows.map(({ kind, currency, balance }) => ({ kind, balance: money(balance, currency) }));
  }

  #accounts(asOf?: Temporal.Instant) {
    return this.database.query.selectFrom('ledgerAccounts as account').select((eb) => [
      'account.id',
      'account.kind',
      'account.provider',
      'account.practitionerId',
      'account.currency',
      'account.createdAt',
      eb
        .selectFrom('ledgerPostings as posting')
        .innerJoin('ledgerTransactions as transaction', 'transaction.id', 'posting.transactionId')
        .select(sql<number>`coalesce(sum(posting.amount), 0)::bigint`.as('sum'))
        .whereRef('posting.accountId', '=', 'account.id')
        .where((of) => of.and(given([asOf && of('transaction.occurredAt', '<=', asOf)])))
        .as('balance'),
    ]);
  }
}

function asAccount({
  currency,
  balance,
  ...account
}: Omit<LedgerAccount, 'balance'> & { currency: string; balance: number | null }): LedgerAccount {
  return { ...account, balance: money(balance ?? 0, currency) };
}
