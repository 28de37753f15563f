import { Injectable } from '@nestjs/common';
import { AppointmentsService } from '#appointments';
import { type Actor, Clock } from '#kernel';
import { Database, Jobs, Transactional } from '#platform';
import { PaymentFailed, PaymentSucceeded } from '../events.ts';
import { LedgerService } from '../ledger/ledger.service.ts';
import { noShares, postingsBetween, sharesAfter } from '../ledger/payment-shares.ts';
import type { PaymentSnapshot } from '../providers/payment-provider.ts';
import { RefundsService } from '../refunds/refunds.service.ts';
import type { Payment } from './payment.entity.ts';
import { paymentStates } from './payment.states.ts';
import { PaymentReader } from './payment-reader.ts';

/** What became of something that a provider told. */
export type Outcome =
  | 'applied'
  /** It was known, or is older than what is known. */
  | 'unchanged'
  /** It is about nothing of ours. */
  | 'ignored';

/** Brings a payment to where its provider says it is. Webhooks, the reconciler and the client's own calls end here. */
@Injectable()
export class SettlementService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly payments: PaymentReader,
    private readonly ledger: LedgerService,
    private readonly refunds: RefundsService,
    private readonly appointments: AppointmentsService,
  ) {}

  /** Applies a snapshot once, however often and in whatever order snapshots come. */
  @Transactional()
  async apply(actor: Actor, provider: string, snapshot: PaymentSnapshot): Promise<Outcome> {
    const payment = await this.payments.lockedOf(provider, snapshot);
    if (!payment) return 'ignored';
    if (!paymentStates.can(payment.status, snapshot.status)) return 'unchanged';
    if (snapshot.status === 'succeeded') {
      // `succeeded` is also where a refund that came back leads to; the money arrives only once.
      if (payment.succeededAt !== null) return 'unchanged';
      await this.#succeed(actor, payment, snapshot);
      return 'applied';
    }
    await this.#change(payment.id, {
      status: snapshot.status,
      providerReference: snapshot.reference,
      failureCode: snapshot.failureCode,
    });
    if (snapshot.status === 'failed') {
      await this.jobs.publish(PaymentFailed, {
        paymentId: payment.id,
        appointmentId: payment.appointmentId,
      });
    }
    return 'applied';
  }

  /** The money is there: books it and makes the visit sure, or gives it back when the slot is gone. */
  async #succeed(actor: Actor, payment: Payment, snapshot: PaymentSnapshot): Promise<void> {
    const { amount, currency } = snapshot.received;
    if (amount !== payment.amount.amount || currency !== payment.amount.currency) {
      throw new Error(
        `${payment.id} is ${payment.amount.amount} ${payment.amount.currency}, but ${amount} ${currency} arrived.`,
      );
    }
    await this.#change(payment.id, {
      status: 'succeeded',
      providerReference: snapshot.reference,
      failureCode: null,
      succeededAt: this.clock.now(),
    });
    await this.ledger.post(
      { kind: 'payment_received', reference: payment.id, paymentId: payment.id },
      postingsBetween(payment, noShares(payment), sharesAfter(payment, payment.refunded), 'doctor_pending'),
    );
    await this.jobs.publish(PaymentSucceeded, {
      paymentId: payment.id,
      appointmentId: payment.appointmentId,
    });
    const confirmed = await this.appointments.confirm(actor, payment.appointmentId);
    if (confirmed === 'slot_lost') {
      await this.refunds.giveBack(actor, payment.id, 'slot_lost', payment.amount);
    }
  }

  async #change(paymentId: string, changes: object): Promise<void> {
    await this.database.query
      .updateTable('payments')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('id', '=', paymentId)
      .execute();
  }
}
