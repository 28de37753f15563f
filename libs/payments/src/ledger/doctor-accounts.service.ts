import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Money, money } from '#kernel';
import { Database } from '#platform';
import type { Payment } from '../checkout/payment.entity.ts';
import { HOLDING } from '../payouts/payout.states.ts';
import { type AccountKind, LedgerService } from './ledger.service.ts';
import type { DoctorAccount } from './payment-shares.ts';

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
   * Where it is taken from when money goes back: the doctor does not have it yet, can have it, or has been paid
   * it out already, with this visit or in an advance or for another one, and then owes it.
   * @param part the doctor's part of what goes back
   */
  async takenFrom(payment: Payment, part: Money): Promise<DoctorAccount> {
    await this.lock(payment.practitionerId);
    if (!(await this.ledger.isBooked('earning_released', payment.id))) return 'doctor_pending';
    const { available } = await this.holdings(payment.practitionerId, part.currency);
    if (available.amount < part.amount) return 'doctor_receivable';
    const earned: Fact = { kind: 'earning_released', references: [payment.id] };
    return (await this.#isHeld(earned)) ? 'doctor_receivable' : 'doctor_available';
  }

  /**
   * Where it goes when `taken` is undone: that ends a debt which no payout has settled yet.
   * @param part the doctor's part of what comes back
   */
  async givenBackTo(payment: Payment, taken: Fact, part: Money): Promise<DoctorAccount> {
    await this.lock(payment.practitionerId);
    if (!(await this.ledger.isBooked('earning_released', payment.id))) return 'doctor_pending';
    const { owed } = await this.holdings(payment.practitionerId, part.currency);
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
