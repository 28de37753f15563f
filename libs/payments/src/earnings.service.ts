import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { DoctorsService } from '#doctors';
import { type Actor, hasRole, type Money, money, notFound, type UserActor } from '#kernel';
import { Database, Transactional } from '#platform';
import { LedgerService } from './ledger.service.ts';
import { PaymentReader } from './payment-reader.ts';
import { releasingPostings, sharesAfter } from './payment-shares.ts';
import { doctorMissing } from './payments.errors.ts';

/** What a doctor has earned in one currency, net of commission and refunds. */
export interface CurrencyEarnings {
  /** Paid for visits that are not over. */
  readonly pending: Money;
  /** Of visits that are over, and not paid out; below zero after a refund of what was paid out. */
  readonly available: Money;
  readonly paid: Money;
  /** All three together. */
  readonly total: Money;
}

export interface MonthEarnings {
  /** `YYYY-MM` in the doctor's time zone. */
  readonly month: string;
  readonly amount: Money;
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

/** Everything here is derived from the postings on the doctor's accounts, where a credit is negative. */
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
    const { id, timeZone } = await this.#doctor(actor, doctorId);
    const [currencies, months] = await Promise.all([this.#currencies(id), this.#months(id, timeZone)]);
    return { practitionerId: id, timeZone, currencies, months };
  }

  /** The visit of a payment is over: what is left of the payment becomes the doctor's, once. */
  @Transactional()
  async release(_actor: Actor, appointmentId: string): Promise<void> {
    const payment = await this.payments.lockedOfVisit(appointmentId);
    // A visit that cost nothing has none.
    if (!payment || payment.succeededAt === null) return;
    await this.ledger.post(
      'earning_released',
      payment.id,
      releasingPostings(payment, sharesAfter(payment, payment.refunded)),
    );
  }

  async #doctor(actor: UserActor, doctorId?: string) {
    if (hasRole(actor, 'admin')) {
      if (!doctorId) throw doctorMissing();
      return this.doctors.byId(doctorId);
    }
    const own = await this.doctors.own(actor);
    if (doctorId && doctorId !== own.id) throw notFound('doctor');
    return own;
  }

  async #currencies(practitionerId: string): Promise<CurrencyEarnings[]> {
    const rows = await this.#postings(practitionerId)
      .select([
        'account.currency',
        owed(sql`account.kind = 'doctor_pending'`).as('pending'),
        owed(sql`account.kind <> 'doctor_pending'`).as('available'),
        owed(EARNED).as('total'),
      ])
      .groupBy('account.currency')
      .orderBy('account.currency')
      .execute();
    return rows.map(({ currency, pending, available, total }) => {
      const of = (amount: number) => money(amount, currency);
      // What was earned and lies on no account any more has been paid out.
      return {
        pending: of(pending),
        available: of(available),
        paid: of(total - pending - available),
        total: of(total),
      };
    });
  }

  async #months(practitionerId: string, timeZone: string): Promise<MonthEarnings[]> {
    const rows = await this.#postings(practitionerId)
      .select([
        sql<string>`to_char(transaction.occurred_at at time zone ${timeZone}, 'YYYY-MM')`.as('month'),
        'account.currency',
        owed(EARNED).as('amount'),
        sql<number>`count(*) filter (where transaction.kind = 'payment_received')`.as('payments'),
      ])
      .where(EARNED)
      .groupBy(['month', 'account.currency'])
      .orderBy('month', 'desc')
      .orderBy('account.currency')
      .execute();
    return rows.map(({ month, currency, amount, payments }) => ({
      month,
      amount: money(amount, currency),
      payments,
    }));
  }

  #postings(practitionerId: string) {
    return this.database.query
      .selectFrom('ledgerPostings as posting')
      .innerJoin('ledgerAccounts as account', 'account.id', 'posting.accountId')
      .innerJoin('ledgerTransactions as transaction', 'transaction.id', 'posting.transactionId')
      .where('account.practitionerId', '=', practitionerId);
  }
}

/** What changes how much a doctor has earned, and not only on which account it lies. */
const EARNED = sql<boolean>`transaction.kind in ('payment_received', 'refund_given', 'refund_returned')`;

function owed(which: ReturnType<typeof sql>) {
  return sql<number>`coalesce(-sum(posting.amount) filter (where ${which}), 0)::bigint`;
}
