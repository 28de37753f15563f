import { Injectable } from '@nestjs/common';
import type { UserActor } from '#kernel';
import { notThePayer } from '../payments.errors.ts';
import type { Handover } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import type { Payment } from './payment.entity.ts';
import { PaymentReader } from './payment-reader.ts';
import { SettlementService } from './settlement.service.ts';

/** The patient comes back from the provider's checkout. */
@Injectable()
export class CheckoutReturnService {
  constructor(
    private readonly payments: PaymentReader,
    private readonly providers: PaymentProviders,
    private readonly settlement: SettlementService,
  ) {}

  /**
   * Asks the provider what became of a payment, so that the patient need not wait for its webhook. A browser's
   * word is not taken for it: what it hands over only shows that it comes from the provider.
   * @throws not_found `transaction_not_found`; forbidden `not_the_payer`; invalid `checkout_signature_invalid`;
   *   unavailable `payment_provider_unavailable`
   */
  async confirm(actor: UserActor, paymentId: string, handover: Handover): Promise<Payment> {
    const payment = await this.payments.visible(actor, paymentId);
    if (payment.payerUserId !== actor.userId) throw notThePayer();
    const { provider: name, providerReference: reference, succeededAt } = payment;
    if (reference === null || succeededAt !== null) return payment;
    const provider = this.providers.named(name);
    provider.verifyHandover(reference, handover);
    await this.settlement.apply(actor, name, await provider.collect(reference));
    return this.payments.visible(actor, paymentId);
  }
}
