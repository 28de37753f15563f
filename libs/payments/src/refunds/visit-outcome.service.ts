import { Injectable } from '@nestjs/common';
import { type Appointment, AppointmentsService, quote } from '#appointments';
import type { Actor, Money } from '#kernel';
import { Database } from '#platform';
import type { Payment } from '../checkout/payment.entity.ts';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { UNDECIDED } from '../disputes/dispute.states.ts';
import { EarningsService } from '../ledger/earnings.service.ts';
import { RefundsService } from './refunds.service.ts';

/** What is the patient's of a payment when the visit is over, and why. The rest is the doctor's. */
interface Due {
  readonly cause: 'appointment_cancelled' | 'doctor_absent' | 'slot_lost';
  readonly amount: Money;
}

/** What the end of a visit means for the money that was paid for it. */
@Injectable()
export class VisitOutcomeService {
  constructor(
    private readonly database: Database,
    private readonly payments: PaymentReader,
    private readonly refunds: RefundsService,
    private readonly earnings: EarningsService,
    private readonly appointments: AppointmentsService,
  ) {}

  /**
   * Gives back what is due, or what is left to the doctor. Once, however often it is called; it waits for a
   * dispute that is open, and is called again when the bank has decided.
   */
  async settle(actor: Actor, appointmentId: string): Promise<void> {
    const payment = await this.payments.ofVisit(appointmentId);
    if (!payment || payment.succeededAt === null) return;
    const visit = await this.appointments.byId(appointmentId);
    if (visit.status === 'completed') return this.earnings.release(actor, appointmentId);
    const due = dueOf(visit, payment);
    if (due === undefined || (await this.#isUndecided(payment))) return;
    // After a lost dispute the patient has the money from the bank.
    if (due.amount.amount === 0 || payment.status === 'disputed') {
      return this.earnings.release(actor, appointmentId);
    }
    // With a refund the rest is the doctor's when the refund has been made.
    await this.refunds.giveBack(actor, payment.id, due.cause, due.amount);
  }

  async #isUndecided({ id }: Payment): Promise<boolean> {
    const row = await this.database.query
      .selectFrom('disputes')
      .select('id')
      .where('paymentId', '=', id)
      .where('status', 'in', UNDECIDED)
      .where('status', '<>', 'inquiry')
      .executeTakeFirst();
    return row !== undefined;
  }
}

/** `undefined` as long as the visit may still be. */
function dueOf(visit: Appointment, { amount }: Payment): Due | undefined {
  const none = { amount: 0, currency: amount.currency };
  switch (visit.status) {
    case 'cancelled': {
      const { cancelledAt, cancelledBy } = visit;
      if (cancelledAt === null || cancelledBy === null) return undefined;
      return { cause: 'appointment_cancelled', amount: quote(visit, cancelledBy, cancelledAt).refund };
    }
    case 'no_show':
      return { cause: 'doctor_absent', amount: visit.absent === 'patient' ? none : amount };
    case 'expired':
      return { cause: 'slot_lost', amount };
    default:
      return undefined;
  }
}
