import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Money, money } from '#kernel';
import { Database } from '#platform';
import type { Payment } from '../checkout/payment.entity.ts';
import { HOLDING } from '../payouts/payout.states.ts';
import { LedgerService } from './ledger.service.ts';
import type { DoctorAccount } from './payment-shares.ts';

/** Something that was booked, perhaps in parts. */
interface Fact {
  readonly kind: 'earning_released' | 'refund_given' | 'dispute_withdrawn';
  readonly references: readonly [string, ...string[]];
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

  /** What could be paid out at most: what is available, less what the doctor owes. The accounts are locked. */
  async payable(practitionerId: string, currency: string): Promise<Money> {
    const balances = await this.ledger.balances({ practitionerId });
    const counting = balances.filter(
      (account) =>
        account.currency === currency &&
        (account.kind === 'doctor_available' || account.kind === 'doctor_receivable'),
    );
    return money(-counting.reduce((sum, { balance }) => sum + balance, 0), currency);
  }

  /**
   * Where it is taken from when money goes back: the doctor does not have it yet, has earned it, or has been
   * paid it out already, and then owes it.
   */
  async takenFrom(payment: Payment): Promise<DoctorAccount> {
    await this.lock(payment.practitionerId);
    if (!(await this.ledger.isBooked('earning_released', payment.id))) return 'doctor_pending';
    const earned: Fact = { kind: 'earning_released', references: [payment.id] };
    return (await this.#isHeld(earned)) ? 'doctor_receivable' : 'doctor_available';
  }

  /** Where it goes when `taken` is undone: that ends a debt which no payout has settled yet. */
  async givenBackTo(payment: Payment, taken: Fact): Promise<DoctorAccount> {
    await this.lock(payment.practitionerId);
    if (!(await this.ledger.isBooked('earning_released', payment.id))) return 'doctor_pending';
    const owed = await this.#postings(taken)
      .where('account.kind', '=', 'doctor_receivable')
      .executeTakeFirst();
    return owed && !(await this.#isHeld(taken)) ? 'doctor_receivable' : 'doctor_available';
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
