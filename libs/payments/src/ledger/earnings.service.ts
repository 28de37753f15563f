import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { DoctorsService } from '#doctors';
import { type Actor, add, type Money, money, type UserActor } from '#kernel';
import { Database, Transactional } from '#platform';
import { goneOf } from '../checkout/payment.entity.ts';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { payeeOf } from '../payouts/payee.policy.ts';
import { LedgerService } from './ledger.service.ts';
import { releasingPostings, sharesAfter } from './payment-shares.ts';

/** What a doctor has earned in one currency, net of commission, refunds and disputes. */
export interface CurrencyEarnings {
  /** Paid for visits that are not over. */
  readonly pending: Money;
  /** Of visits that are over, and not paid out. */
  readonly available: Money;
  /** Kept back for payouts that are approved and not made yet. */
  readonly reserved: Money;
  readonly paid: Money;
  /** What the doctor owes after refunds of what was paid out or advanced; the next payout settles it. */
  readonly receivable: Money;
  /** Pending, available, reserved and paid, less what is receivable. */
  readonly total: Money;
  /** What the platform has kept. */
  readonly commission: Money;
}

export interface MonthEarnings {
  /** `YYYY-MM` in the doctor's time zone. */
  readonly month: string;
  /** What patients paid, less refunds. */
  readonly gross: Money;
  readonly commission: Money;
  /** What of it is the doctor's. */
  readonly amount: Money;
  /** What was paid out in it, for this month or any other, less what the provider took back in it. */
  readonly paid: Money;
  /** How many visits were paid for in it. */
  readonly payments: number;
}

export interface Earnings {
  readonly practitionerId: string;
  readonly timeZone: string;
  readonly currencies: readonly CurrencyEarnings[];
  /** Newest month first. */
  readonly months: readonly MonthEarnings[];
}

/** Everything here is derived from postings: those on the doctor's accounts, and those about the doctor's payments. */
@Injectable()
export class EarningsService {
  constructor(
    private readonly database: Database,
    private readonly payments: PaymentReader,
    private readonly ledger: LedgerService,
    private readonly doctors: DoctorsService,
  ) {}

  /**
   * A doctor's own earnings; an administrator names the doctor.
   * @throws not_found `doctor_not_found`; invalid `doctor_id_required`
   */
  async summary(actor: UserActor, doctorId?: string): Promise<Earnings> {
    const { id, timeZone } = await payeeOf(this.doctors, actor, doctorId);
    const months = await this.#months(id, timeZone);
    const currencies = await this.#currencies(id, months);
    return { practitionerId: id, timeZone, currencies, months };
  }

  /** The visit of a payment is over: what is left of the payment becomes the doctor's, once. */
  @Transactional()
  async release(_actor: Actor, appointmentId: string): Promise<void> {
    const payment = await this.payments.lockedOfVisit(appointmentId);
    // A visit that cost nothing has none.
    if (!payment || payment.succeededAt === null) return;
    await this.ledger.post(
      { kind: 'earning_released', reference: payment.id, paymentId: payment.id },
      releasingPostings(payment, sharesAfter(payment, goneOf(payment))),
    );
  }

  async #currencies(practitionerId: string, months: readonly MonthEarnings[]): Promise<CurrencyEarnings[]> {
    const rows = await this.database.query
      .selectFrom('ledgerPostings as posting')
      .innerJoin('ledgerAccounts as account', 'account.id', 'posting.accountId')
      .innerJoin('ledgerTransactions as transaction', 'transaction.id', 'posting.transactionId')
      .select([
        'account.currency',
        owed(sql`account.kind = 'doctor_pending'`).as('pending'),
        owed(sql`account.kind = 'doctor_available'`).as('available'),
        owed(sql`account.kind = 'payout_clearing'`).as('reserved'),
        owed(sql`account.kind = 'doctor_receivable'`).as('lent'),
        // What is owed less because it was paid.
        owed(PAID).as('unpaid'),
        owed(EARNED).as('total'),
      ])
      .where('account.practitionerId', '=', practitionerId)
      .groupBy('account.currency')
      .orderBy('account.currency')
      .execute();
    return rows.map(({ currency, pending, available, reserved, lent, unpaid, total }) => {
      const of = (amount: number) => money(amount, currency);
      return {
        pending: of(pending),
        available: of(available),
        reserved: of(reserved),
        paid: of(0 - unpaid),
        receivable: of(0 - lent),
        total: of(total),
        commission: months
          .map(({ commission }) => commission)
          .filter((commission) => commission.currency === currency)
          .reduce(add, of(0)),
      };
    });
  }

  async #months(practitionerId: string, timeZone: string): Promise<MonthEarnings[]> {
    const rows = await this.database.query
      .selectFrom('ledgerTransactions as transaction')
      .leftJoin('payments as payment', 'payment.id', 'transaction.paymentId')
      .innerJoin('ledgerPostings as posting', 'posting.transactionId', 'transaction.id')
      .innerJoin('ledgerAccounts as account', 'account.id', 'posting.accountId')
      .select([
        sql<string>`to_char(transaction.occurred_at at time zone ${timeZone}, 'YYYY-MM')`.as('month'),
        'posting.currency',
        owed(sql`account.kind = 'provider_clearing' and ${EARNED}`).as('missing'),
        owed(sql`account.kind = 'platform_revenue' and ${EARNED}`).as('commission'),
        owed(sql`account.practitioner_id is not null and ${EARNED}`).as('amount'),
        owed(sql`account.practitioner_id is not null and ${PAID}`).as('unpaid'),
        sql<number>`count(distinct transaction.id) filter (where transaction.kind = 'payment_received')`.as(
          'payments',
        ),
      ])
      .where(
        sql<boolean>`(payment.practitioner_id = ${practitionerId} and ${EARNED})
          or (account.practitioner_id = ${practitionerId} and ${PAID})`,
      )
      .groupBy(['month', 'posting.currency'])
      .orderBy('month', 'desc')
      .orderBy('posting.currency')
      .execute();
    return rows.map(({ month, currency, missing, commission, amount, unpaid, payments }) => ({
      month,
      gross: money(0 - missing, currency),
      commission: money(commission, currency),
      amount: money(amount, currency),
      paid: money(0 - unpaid, currency),
      payments,
    }));
  }
}

/** What changes how much a doctor has earned, and not only on which account it lies. */
export const EARNED = sql<boolean>`transaction.kind in (
  'payment_received', 'refund_given', 'refund_returned', 'dispute_withdrawn', 'dispute_reinstated')`;

/** What has left for the doctor, or came back. */
const PAID = sql<boolean>`transaction.kind in ('payout_paid', 'payout_returned')`;

/** Postings turned round: a credit is what is owed to somebody. */
function owed(which: ReturnType<typeof sql>) {
  return sql<number>`coalesce(-sum(posting.amount) filter (where ${which}), 0)::bigint`;
}
