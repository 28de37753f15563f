import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Money, money, subtract } from '#kernel';
import { Database } from '#platform';
import { goneOf, type Payment } from '../checkout/payment.entity.ts';
import { HOLDING } from '../payouts/payout.states.ts';
import { type AccountKind, type LedgerFact, LedgerService } from './ledger.service.ts';
import { type DoctorAccount, postingsBetween, sharesAfter } from './payment-shares.ts';

/** Something that was booked, perhaps in parts. */
interface Fact {
  readonly kind: 'earning_released' | 'refund_given' | 'dispute_withdrawn';
  readonly references: readonly [string, ...string[]];
}

/** What a doctor can have, and what they owe, in one currency. Neither is below zero. */
interface Holdings {
  readonly available: Money;
  readonly owed: Money;
}

/**
 * On which of a doctor's accounts something is booked. What takes money off them, and whoever decides how much
 * can be paid out, does so one after the other, so that a refund and a payout never count on the same money.
 */
@Injectable()
export class DoctorAccountsService {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
  ) {}

  /** Keeps others from the accounts until the transaction ends. Whoever locks a payment too locks it first. */
  async lock(practitionerId: string): Promise<void> {
    await this.database.lock(`doctor-accounts:${practitionerId}`);
  }

  /** What payouts are made from. The accounts are locked. */
  async holdings(practitionerId: string, currency: string): Promise<Holdings> {
    const balances = await this.ledger.balances({ practitionerId });
    const on = (kind: AccountKind) =>
      balances.find((account) => account.kind === kind && account.currency === currency)?.balance ?? 0;
    return {
      available: money(-on('doctor_available'), currency),
      owed: money(on('doctor_receivable'), currency),
    };
  }

  /**
   * Books that money of a payment went back, or came from there again. In the transaction that makes it true, with
   * the payment locked.
   * @param before the payment as it was
   * @param after what of it is left when the fact is true
   * @param undone what took the money, when the fact undoes that
   */
  async book(
    fact: Omit<LedgerFact, 'paymentId'>,
    before: Payment,
    after: Payment,
    undone?: Fact,
  ): Promise<void> {
    const [was, is] = [sharesAfter(before, goneOf(before)), sharesAfter(before, goneOf(after))];
    await this.lock(before.practitionerId);
    const account = await (undone
      ? this.#givenBackTo(before, subtract(is.net, was.net), undone)
      : this.#takenFrom(before, subtract(was.net, is.net)));
    await this.ledger.post({ ...fact, paymentId: before.id }, postingsBetween(before, was, is, account));
  }

  /**
   * The doctor does not have it yet, can have it, or has been paid it out already, with this visit or in an advance
   * or for another one, and then owes it.
   */
  async #takenFrom({ id, practitionerId }: Payment, part: Money): Promise<DoctorAccount> {
    if (!(await this.ledger.isBooked('earning_released', id))) return 'doctor_pending';
    const { available } = await this.holdings(practitionerId, part.currency);
    if (available.amount < part.amount) return 'doctor_receivable';
    const earned: Fact = { kind: 'earning_released', references: [id] };
    return (await this.#isHeld(earned)) ? 'doctor_receivable' : 'doctor_available';
  }

  /** That ends a debt which no payout has settled yet. */
  async #givenBackTo({ id, practitionerId }: Payment, part: Money, taken: Fact): Promise<DoctorAccount> {
    if (!(await this.ledger.isBooked('earning_released', id))) return 'doctor_pending';
    const { owed } = await this.holdings(practitionerId, part.currency);
    if (owed.amount < part.amount) return 'doctor_available';
    const isDebt = await this.#postings(taken)
      .where('account.kind', '=', 'doctor_receivable')
      .executeTakeFirst();
    return isDebt && !(await this.#isHeld(taken)) ? 'doctor_receivable' : 'doctor_available';
  }

  /** Whether a payout that has the money pays or settles the fact. */
  async #isHeld(fact: Fact): Promise<boolean> {
    const row = await this.#postings(fact)
      .innerJoin('payoutItems as item', 'item.postingId', 'posting.id')
      .innerJoin('payouts as payout', 'payout.id', 'item.payoutId')
      .where('item.isLive', '=', true)
      .where('payout.status', 'in', HOLDING)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** What a fact has done to a doctor's accounts that payouts are made from. */
  #postings({ kind, references }: Fact) {
    return this.database.query
      .selectFrom('ledgerTransactions as transaction')
      .innerJoin('ledgerPostings as posting', 'posting.transactionId', 'transaction.id')
      .innerJoin('ledgerAccounts as account', 'account.id', 'posting.accountId')
      .select(sql`1`.as('found'))
      .where('transaction.kind', '=', kind)
      .where('transaction.reference', 'in', references)
      .where('account.kind', 'in', ['doctor_available', 'doctor_receivable']);
  }
}
