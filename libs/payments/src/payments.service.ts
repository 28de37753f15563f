import { AppointmentsService, holdExpired } from '#appointments';
import { type Actor, Clock, newId, type Page, type PageRequest, percentage, type UserActor } from '#kernel';
import { Config, containing, Database, given, Jobs, pageOf, Transactional } from '#platform';
import { Injectable } from '@nestjs/common';
import { asPayment, type Payment, type PaymentStatus } from './payment.entity.ts';
import { PaymentReader } from './payment-reader.ts';
import { isOpen } from './payment.states.ts';
import { alreadyPaid, notThePayer, nothingToPay, paymentRefused } from './payments.errors.ts';
import { type PaymentProvider, type ProviderIntent, ProviderRefusal } from './providers/payment-provider.ts';
import { PaymentProviders } from './providers/payment-providers.ts';
import { ReconcilePayment } from './queues.ts';
import { SettlementService } from './settlement.service.ts';

/** The reconciler looks at a payment this long after its hold has ended. */
const SETTLING_MINUTES = 1;

export interface PaymentFilter {
  readonly status?: PaymentStatus;
  readonly appointmentId?: string;
  readonly practitionerId?: string;
  /** Matches the provider's reference. */
  readonly search?: string;
  readonly created?: { readonly from?: Temporal.Instant; readonly to?: Temporal.Instant };
  readonly updated?: { readonly from?: Temporal.Instant; readonly to?: Temporal.Instant };
  readonly order?: { readonly by: 'createdAt' | 'updatedAt' | 'amount'; readonly descending: boolean };
}

/** What a client needs to let the patient pay. */
export interface PaymentIntent {
  readonly payment: Payment;
  readonly clientSecret: string;
  readonly publishableKey: string;
  readonly checkoutUrl: string | null;
  /** When the slot is given up. */
  readonly expiresAt: Temporal.Instant;
}

@Injectable()
export class PaymentsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly config: Config,
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
    const { payment, expiresAt } = await this.#open(actor, appointmentId);
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

  /** @throws not_found `transaction_not_found`, also for a payment that the actor may not see */
  visible(actor: Actor, id: string): Promise<Payment> {
    return this.payments.visible(actor, id);
  }

  /** What the actor paid, or was paid for; an administrator sees all. Newest first unless asked otherwise. */
  async list(actor: Actor, filter: PaymentFilter, page: PageRequest): Promise<Page<Payment>> {
    const { status, appointmentId, practitionerId, search, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.payments
        .visibleTo(actor)
        .where((eb) =>
          eb.and(
            given([
              status && eb('payments.status', '=', status),
              appointmentId && eb('payments.appointmentId', '=', appointmentId),
              practitionerId && eb('payments.practitionerId', '=', practitionerId),
              search && eb('payments.providerReference', 'ilike', containing(search)),
              created?.from && eb('payments.createdAt', '>=', created.from),
              created?.to && eb('payments.createdAt', '<', created.to),
              updated?.from && eb('payments.updatedAt', '>=', updated.from),
              updated?.to && eb('payments.updatedAt', '<', updated.to),
            ]),
          ),
        )
        .orderBy(`payments.${by}`, descending ? 'desc' : 'asc')
        .orderBy('payments.id'),
      page,
    );
    return { ...found, items: found.items.map(asPayment) };
  }

  /** The visit's payment row, made now or earlier. It stands before the provider is asked, so nothing is lost. */
  @Transactional()
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
    const inserted = await this.database.query
      .insertInto('payments')
      .values({
        id,
        organizationId: visit.organizationId,
        appointmentId: visit.id,
        practitionerId: visit.practitionerId,
        patientId: visit.patientId,
        payerUserId: actor.userId,
        provider: this.providers.preferred.name,
        amount: visit.fee.amount,
        currency: visit.fee.currency,
        commissionAmount: percentage(visit.fee, this.config.env.PLATFORM_COMMISSION_PERCENT).amount,
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
      return intent;
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
