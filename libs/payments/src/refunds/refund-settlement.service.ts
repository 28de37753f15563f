import { Injectable } from '@nestjs/common';
import { AppointmentsService } from '#appointments';
import { type Actor, Clock, money, newId } from '#kernel';
import { Database, Jobs, Transactional } from '#platform';
import type { Payment } from '../checkout/payment.entity.ts';
import { standing } from '../checkout/payment.states.ts';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { type Outcome, SettlementService } from '../checkout/settlement.service.ts';
import { RefundFailed, RefundSucceeded } from '../events.ts';
import { DoctorAccountsService } from '../ledger/doctor-accounts.service.ts';
import { EarningsService } from '../ledger/earnings.service.ts';
import type { RefundSnapshot } from '../providers/payment-provider.ts';
import { asRefund, type Refund } from './refund.entity.ts';
import { refundStates } from './refund.states.ts';

/** Brings a refund to where its provider says it is, and books it. */
@Injectable()
export class RefundSettlementService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly payments: PaymentReader,
    private readonly settlement: SettlementService,
    private readonly doctorAccounts: DoctorAccountsService,
    private readonly earnings: EarningsService,
    private readonly appointments: AppointmentsService,
  ) {}

  /** Applies a snapshot once. A refund that was made in the provider's dashboard is taken into the books. */
  @Transactional()
  async apply(actor: Actor, provider: string, snapshot: RefundSnapshot): Promise<Outcome> {
    const known = await this.payments.byReference(provider, snapshot.paymentReference);
    if (!known) return 'ignored';
    // The payment first, always: whoever changes a refund holds its payment.
    const payment = await this.settlement.received(actor, await this.payments.locked(known.id));
    const refund = (await this.#find(payment, snapshot)) ?? (await this.#adopt(payment, snapshot));
    if (!refundStates.can(refund.status, snapshot.status)) {
      if (refund.providerReference !== null) return 'unchanged';
      await this.#change(refund.id, { providerReference: snapshot.reference });
      return 'applied';
    }
    await this.#change(refund.id, {
      status: snapshot.status,
      providerReference: snapshot.reference,
      failureCode: snapshot.failureCode,
    });
    if (snapshot.status === 'succeeded') await this.#given(actor, payment, refund);
    else if (refund.status === 'succeeded') await this.#returned(payment, refund);
    if (snapshot.status === 'failed') await this.#tellFailed(payment, refund.id);
    return 'applied';
  }

  /** The provider will not do it: the money can be asked back again. */
  @Transactional()
  async refuse(refundId: string, paymentId: string, failureCode: string): Promise<void> {
    const payment = await this.payments.locked(paymentId);
    const refused = await this.database.query
      .updateTable('refunds')
      .set({ status: 'failed', failureCode, updatedAt: this.clock.now() })
      .where('id', '=', refundId)
      .where('status', '=', 'pending')
      .returning('id')
      .executeTakeFirst();
    if (refused) await this.#tellFailed(payment, refundId);
  }

  async #given(actor: Actor, payment: Payment, refund: Refund): Promise<void> {
    await this.#book('refund_given', payment, refund, payment.refunded.amount + refund.amount.amount);
    await this.jobs.publish(RefundSucceeded, {
      refundId: refund.id,
      paymentId: payment.id,
      appointmentId: payment.appointmentId,
    });
    // A visit that was cancelled late is over; what the patient did not get back is the doctor's.
    const visit = await this.appointments.byId(payment.appointmentId);
    if (visit.status === 'cancelled') await this.earnings.release(actor, payment.appointmentId);
  }

  async #returned(payment: Payment, refund: Refund): Promise<void> {
    await this.#book('refund_returned', payment, refund, payment.refunded.amount - refund.amount.amount);
  }

  async #tellFailed({ id: paymentId, appointmentId }: Payment, refundId: string): Promise<void> {
    await this.jobs.publish(RefundFailed, { refundId, paymentId, appointmentId });
  }

  async #book(
    kind: 'refund_given' | 'refund_returned',
    payment: Payment,
    refund: Refund,
    refundedAfter: number,
  ): Promise<void> {
    const refunded = money(refundedAfter, payment.amount.currency);
    const after = { ...payment, refunded };
    const given = { kind: 'refund_given', references: [refund.id] } as const;
    const undone = kind === 'refund_returned' ? given : undefined;
    await this.doctorAccounts.book({ kind, reference: refund.id }, payment, after, undone);
    await this.database.query
      .updateTable('payments')
      .set({
        refundedAmount: refundedAfter,
        status: standing(after, payment.status === 'disputed'),
        updatedAt: this.clock.now(),
      })
      .where('id', '=', payment.id)
      .execute();
  }

  async #find(payment: Payment, { refundId, reference }: RefundSnapshot): Promise<Refund | undefined> {
    const row = await this.database.query
      .selectFrom('refunds')
      .selectAll()
      .where('paymentId', '=', payment.id)
      .where((eb) =>
        eb.or([eb('providerReference', '=', reference), ...(refundId ? [eb('id', '=', refundId)] : [])]),
      )
      .executeTakeFirst();
    return row && asRefund(row);
  }

  async #adopt(payment: Payment, { reference, amount }: RefundSnapshot): Promise<Refund> {
    const now = this.clock.now();
    const row = await this.database.query
      .insertInto('refunds')
      .values({
        id: newId(),
        organizationId: payment.organizationId,
        paymentId: payment.id,
        providerReference: reference,
        amount: amount.amount,
        currency: amount.currency,
        status: 'pending',
        cause: 'made_at_provider',
        reason: 'Made at the payment provider.',
        createdAt: now,
        updatedAt: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return asRefund(row);
  }

  async #change(refundId: string, changes: object): Promise<void> {
    await this.database.query
      .updateTable('refunds')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('id', '=', refundId)
      .execute();
  }
}
