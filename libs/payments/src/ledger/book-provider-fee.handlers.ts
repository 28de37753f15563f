import type { Actor } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler, OnEvent } from '#platform';
import { PaymentSucceeded } from '../events.ts';
import { BookProviderFee } from '../queues.ts';
import { ProviderFeesService } from './provider-fees.service.ts';

@OnEvent(PaymentSucceeded, 'payments.ask-provider-fee')
export class OnPaymentSucceeded implements JobHandler<DataOf<typeof PaymentSucceeded>> {
  constructor(private readonly fees: ProviderFeesService) {}

  async handle(actor: Actor, { paymentId }: DataOf<typeof PaymentSucceeded>): Promise<void> {
    await this.fees.book(actor, paymentId, 0);
  }
}

@HandlesJob(BookProviderFee)
export class BookProviderFeeHandler implements JobHandler<DataOf<typeof BookProviderFee>> {
  constructor(private readonly fees: ProviderFeesService) {}

  async handle(actor: Actor, { paymentId, asked }: DataOf<typeof BookProviderFee>): Promise<void> {
    await this.fees.book(actor, paymentId, asked);
  }
}
