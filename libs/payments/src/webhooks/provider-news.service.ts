import { Injectable } from '@nestjs/common';
import type { Actor } from '#kernel';
import { type Outcome, SettlementService } from '../checkout/settlement.service.ts';
import { DisputeSettlementService } from '../disputes/dispute-settlement.service.ts';
import { PayoutAccountsService } from '../payouts/payout-accounts.service.ts';
import { PayoutSettlementService } from '../payouts/payout-settlement.service.ts';
import type { ProviderNews } from '../providers/payment-provider.ts';
import { RefundSettlementService } from '../refunds/refund-settlement.service.ts';

/** Takes what a provider tells to where it is known what to do about it. */
@Injectable()
export class ProviderNewsService {
  constructor(
    private readonly payments: SettlementService,
    private readonly refunds: RefundSettlementService,
    private readonly disputes: DisputeSettlementService,
    private readonly accounts: PayoutAccountsService,
    private readonly payouts: PayoutSettlementService,
  ) {}

  apply(actor: Actor, provider: string, news: ProviderNews): Promise<Outcome> {
    switch (news.kind) {
      case 'payment':
        return this.payments.apply(actor, provider, news);
      case 'refund':
        return this.refunds.apply(actor, provider, news);
      case 'dispute':
        return this.disputes.apply(actor, provider, news);
      case 'account':
        return this.accounts.apply(actor, provider, news);
      case 'transfer':
        return this.payouts.apply(actor, provider, news);
    }
  }
}
