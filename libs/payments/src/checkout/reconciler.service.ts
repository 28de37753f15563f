import { Injectable } from '@nestjs/common';
import { type Actor, Clock } from '#kernel';
import { Database, Jobs, Log } from '#platform';
import { isProviderUnavailable } from '../payments.errors.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { ReconcilePayment } from '../queues.ts';
import type { Payment } from './payment.entity.ts';
import { isOpen } from './payment.states.ts';
import { PaymentReader } from './payment-reader.ts';
import { SettlementService } from './settlement.service.ts';

/** The provider did not answer. */
const ASK_AGAIN_MINUTES = 1;
/** The money is under way, which takes a bank hours or days. */
const LOOK_AGAIN_MINUTES = 60;

/** Settles payments whose time is over and of which nobody has told how they ended. */
@Injectable()
export class ReconcilerService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly log: Log,
    private readonly payments: PaymentReader,
    private readonly providers: PaymentProviders,
    private readonly settlement: SettlementService,
  ) {}

  /**
   * Nobody waits for this payment any more: closes it at the provider, or learns there that it was paid. It
   * comes back by itself until the payment has ended.
   */
  async close(actor: Actor, paymentId: string): Promise<void> {
    const payment = await this.payments.visible(actor, paymentId);
    if (!isOpen(payment.status)) return;
    try {
      await this.#close(actor, payment);
    } catch (error) {
      if (!isProviderUnavailable(error)) throw error;
      this.log.warn({ paymentId }, 'payment provider did not answer');
      await this.#again(paymentId, ASK_AGAIN_MINUTES);
      return;
    }
    const { status } = await this.payments.visible(actor, paymentId);
    if (isOpen(status)) await this.#again(paymentId, LOOK_AGAIN_MINUTES);
  }

  async #close(actor: Actor, { id, provider, providerReference }: Payment): Promise<void> {
    if (providerReference !== null) {
      const snapshot = await this.providers.named(provider).closeIntent(providerReference);
      await this.settlement.apply(actor, provider, snapshot);
      return;
    }
    // The answer that named it was lost, and with it the secret: nobody can pay it.
    await this.database.query
      .updateTable('payments')
      .set({ status: 'cancelled', updatedAt: this.clock.now() })
      .where('id', '=', id)
      .where('providerReference', 'is', null)
      .where('status', '=', 'created')
      .execute();
  }

  async #again(paymentId: string, minutes: number): Promise<void> {
    await this.jobs.send(ReconcilePayment, { paymentId }, { startAfter: this.clock.now().add({ minutes }) });
  }
}
