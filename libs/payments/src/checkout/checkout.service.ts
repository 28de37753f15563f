import { Injectable } from '@nestjs/common';
import { AppointmentsService, holdExpired } from '#appointments';
import { Clock, newId, type UserActor } from '#kernel';
import { Database, Jobs } from '#platform';
import { CommissionRulesService } from '../commission/commission-rules.service.ts';
import { alreadyPaid, nothingToPay, notThePayer, paymentRefused } from '../payments.errors.ts';
import { type PaymentProvider, type ProviderIntent, ProviderRefusal } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { ReconcilePayment } from '../queues.ts';
import type { Payment } from './payment.entity.ts';
import { isOpen } from './payment.states.ts';
import { PaymentReader } from './payment-reader.ts';
import { SettlementService } from './settlement.service.ts';

/** The reconciler looks at a payment this long after its hold has ended. */
const SETTLING_MINUTES = 1;

/** What a client needs to let the patient pay. */
export interface PaymentIntent {
  readonly payment: Payment;
  readonly clientSecret: string;
  readonly publishableKey: string;
  readonly checkoutUrl: string | null;
  /** When the slot is given up. */
  readonly expiresAt: Temporal.Instant;
}

/** The patient comes to pay. */
@Injectable()
export class CheckoutService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly commissions: CommissionRulesService,
    private readonly payments: PaymentReader,
    private readonly providers: PaymentProviders,
    private readonly settlement: SettlementService,
    private readonly appointments: AppointmentsService,
  ) {}

  /**
   * Opens the payment of a held visit at the provider; calling it again gives the same one while it is open.
   * The amount is the visit's fee.
   * @throws not_found `appointment_not_found`; forbidden `not_the_payer`; gone `hold_expired`; conflict
   *   `already_paid`, `nothing_to_pay`, `payment_refused`; unavailable `payment_provider_unavailable`
   */
  async createIntent(actor: UserActor, appointmentId: string): Promise<PaymentIntent> {
    const { payment, expiresAt } = await this.database.transaction(() => this.#open(actor, appointmentId));
    const provider = this.providers.named(payment.provider);
    const intent = payment.providerReference
      ? await provider.retrieveIntent(payment.providerReference)
      : await this.#createAt(provider, payment);
    // What is paid there and not yet known here is not offered for payment again.
    await this.settlement.apply(actor, provider.name, intent);
    const settled = await this.payments.visible(actor, payment.id);
    if (settled.status === 'cancelled') throw holdExpired();
    if (!isOpen(settled.status)) throw alreadyPaid(settled.id);
    return {
      payment: settled,
      clientSecret: intent.clientSecret,
      publishableKey: provider.publishableKey,
      checkoutUrl: intent.checkoutUrl,
      expiresAt,
    };
  }

  /** The visit's payment row, made now or earlier. It stands before the provider is asked, so nothing is lost. */
  async #open(
    actor: UserActor,
    appointmentId: string,
  ): Promise<{ payment: Payment; expiresAt: Temporal.Instant }> {
    const visit = await this.appointments.visible(actor, appointmentId);
    if (visit.patient.userId !== actor.userId) throw notThePayer();
    if (visit.fee.amount === 0) throw nothingToPay();
    const existing = await this.payments.ofVisit(visit.id);
    if (existing && !isOpen(existing.status)) throw alreadyPaid(existing.id);
    const now = this.clock.now();
    const expiresAt = visit.status === 'held' ? visit.holdExpiresAt : null;
    if (!expiresAt || Temporal.Instant.compare(expiresAt, now) <= 0) throw holdExpired();
    if (existing) return { payment: existing, expiresAt };
    const id = newId();
    const commission = await this.commissions.of(visit.practitionerId, visit.fee);
    const inserted = await this.database.query
      .insertInto('payments')
      .values({
        id,
        organizationId: visit.organizationId,
        appointmentId: visit.id,
        practitionerId: visit.practitionerId,
        patientId: visit.patientId,
        payerUserId: actor.userId,
        provider: this.providers.preferred(visit.fee.currency).name,
        amount: visit.fee.amount,
        currency: visit.fee.currency,
        commissionAmount: commission.amount.amount,
        commissionRuleId: commission.ruleId,
        status: 'created',
        createdAt: now,
        updatedAt: now,
      })
      // Somebody else's click was faster: theirs is the visit's payment.
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (inserted) {
      const startAfter = expiresAt.add({ minutes: SETTLING_MINUTES });
      await this.jobs.send(ReconcilePayment, { paymentId: id }, { startAfter });
    }
    const payment = await this.payments.ofVisit(visit.id);
    if (!payment) throw holdExpired();
    return { payment, expiresAt };
  }

  async #createAt(provider: PaymentProvider, payment: Payment): Promise<ProviderIntent> {
    const { id: paymentId, appointmentId, amount } = payment;
    try {
      const intent = await provider.createIntent({ paymentId, appointmentId, amount });
      await this.#keep(payment.id, { providerReference: intent.reference });
      // Of two who asked at the same time the provider may have made two; the one that was kept first is it.
      const { providerReference: kept } = await this.payments.locked(payment.id);
      return kept === null || kept === intent.reference ? intent : await provider.retrieveIntent(kept);
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) throw error;
      // The next try is a new payment, with a new id: the provider repeats its answer to this one.
      await this.#keep(payment.id, { status: 'cancelled', failureCode: error.code });
      throw paymentRefused(error.code);
    }
  }

  /** Only while it is open and unknown to the provider: the hold may have ended in the meantime. */
  async #keep(
    paymentId: string,
    changes: { providerReference: string } | { status: 'cancelled'; failureCode: string },
  ): Promise<void> {
    await this.database.query
      .updateTable('payments')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('id', '=', paymentId)
      .where('providerReference', 'is', null)
      .where('status', '=', 'created')
      .execute();
  }
}
