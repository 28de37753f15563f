import { Injectable } from '@nestjs/common';
import { type Actor, Clock } from '#kernel';
import { Jobs } from '#platform';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { type Outcome, SettlementService } from '../checkout/settlement.service.ts';
import { DisputeSettlementService } from '../disputes/dispute-settlement.service.ts';
import { PayoutAccountsService } from '../payouts/payout-accounts.service.ts';
import { PayoutSettlementService } from '../payouts/payout-settlement.service.ts';
import type { PaymentSnapshot, ProviderNews, RefundSnapshot } from '../providers/payment-provider.ts';
import type { SubscriptionNews } from '../providers/subscription-provider.ts';
import { CollectPayment, FollowSubscription } from '../queues.ts';
import { RefundSettlementService } from '../refunds/refund-settlement.service.ts';
import { SubscriptionMoneyService } from '../subscriptions/subscription-money.service.ts';

/** How long a provider has to take the money by itself. */
const COLLECT_MINUTES = 2;

/** Takes what a provider tells to where it is known what to do about it. */
@Injectable()
export class ProviderNewsService {
  constructor(
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly known: PaymentReader,
    private readonly payments: SettlementService,
    private readonly refunds: RefundSettlementService,
    private readonly disputes: DisputeSettlementService,
    private readonly accounts: PayoutAccountsService,
    private readonly payouts: PayoutSettlementService,
    private readonly subscriptions: SubscriptionMoneyService,
  ) {}

  apply(actor: Actor, provider: string, news: ProviderNews): Promise<Outcome> {
    switch (news.kind) {
      case 'payment':
        return this.#payment(actor, provider, news);
      case 'refund':
        return this.#refund(actor, provider, news);
      case 'dispute':
        return this.disputes.apply(actor, provider, news);
      case 'account':
        return this.accounts.apply(actor, provider, news);
      case 'transfer':
        return this.payouts.apply(actor, provider, news);
      case 'subscription':
        return this.#followLater(provider, news);
    }
  }

  /** Of a visit or, made in the provider's dashboard, of a month of a subscription. */
  async #refund(actor: Actor, provider: string, news: RefundSnapshot): Promise<Outcome> {
    const outcome = await this.refunds.apply(actor, provider, news);
    return outcome === 'ignored' ? this.subscriptions.applyRefund(provider, news) : outcome;
  }

  /** The provider has to be asked, which is not done while the inbox is held. */
  async #followLater(provider: string, { reference }: SubscriptionNews): Promise<Outcome> {
    await this.jobs.send(FollowSubscription, { provider, reference });
    return 'applied';
  }

  /** A provider that takes the money by itself does so at once; if it did not, we do. */
  async #payment(actor: Actor, provider: string, news: PaymentSnapshot): Promise<Outcome> {
    const outcome = await this.payments.apply(actor, provider, news);
    if (news.awaitsCapture) await this.#collectLater(provider, news);
    return outcome;
  }

  async #collectLater(provider: string, { reference }: PaymentSnapshot): Promise<void> {
    const payment = await this.known.byReference(provider, reference);
    if (!payment || payment.succeededAt !== null) return;
    const startAfter = this.clock.now().add({ minutes: COLLECT_MINUTES });
    await this.jobs.send(CollectPayment, { paymentId: payment.id }, { startAfter });
  }
}
