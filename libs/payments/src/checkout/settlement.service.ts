import { Injectable } from '@nestjs/common';
import { AppointmentsService } from '#appointments';
import { type Actor, Clock, type Money } from '#kernel';
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
    // What came after the money is told of refunds and disputes, not of payments.
    if (payment.succeededAt !== null || !paymentStates.can(payment.status, snapshot.status))
      return 'unchanged';
    if (snapshot.status === 'succeeded') {
      assertWhole(payment, snapshot.received);
      await this.#succeed(actor, payment, snapshot.reference);
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

  /**
   * Money of this payment, which is locked, goes back to the patient: so it has been paid, also when nobody
   * has told that yet.
   */
  @Transactional()
  async received(actor: Actor, payment: Payment): Promise<Payment> {
    if (payment.succeededAt !== null || payment.providerReference === null) return payment;
    await this.#succeed(actor, payment, payment.providerReference);
    return this.payments.locked(payment.id);
  }

  /**
   * The money is there: books it and makes the visit sure, or gives it back when the slot is gone, or when the
   * visit is another payment's by now. That one may be paid at this moment.
   */
  async #succeed(actor: Actor, payment: Payment, providerReference: string): Promise<void> {
    const holder = await this.payments.ofVisit(payment.appointmentId);
    const isSurplus = holder !== undefined && holder.id !== payment.id;
    await this.#change(payment.id, {
      status: 'succeeded',
      isSurplus,
      providerReference,
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
    if (isSurplus) return this.refunds.giveBack(actor, payment.id, 'paid_twice', payment.amount);
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

function assertWhole({ id, amount: due }: Payment, { amount, currency }: Money): void {
  if (amount === due.amount && currency === due.currency) return;
  const isMore = currency === due.currency && amount > due.amount;
  const guess = isMore ? ' Does the provider let payers bear its fee? It must not.' : '';
  throw new Error(`${id} is ${due.amount} ${due.currency}, but ${amount} ${currency} arrived.${guess}`);
}
