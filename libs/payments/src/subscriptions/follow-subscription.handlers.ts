import { type Actor, Clock } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler, Jobs, Log } from '#platform';
import { isProviderUnavailable } from '../payments.errors.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { EndSubscription, FollowSubscription, FollowSubscriptionCheckout } from '../queues.ts';
import { SubscriptionCheckoutsService } from './subscription-checkouts.service.ts';
import { SubscriptionSettlementService } from './subscription-settlement.service.ts';

const ASK_AGAIN_MINUTES = 1;

@HandlesJob(FollowSubscription)
export class FollowSubscriptionHandler implements JobHandler<DataOf<typeof FollowSubscription>> {
  constructor(
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly log: Log,
    private readonly settlement: SubscriptionSettlementService,
  ) {}

  async handle(actor: Actor, data: DataOf<typeof FollowSubscription>): Promise<void> {
    try {
      await this.settlement.follow(actor, data.provider, data.reference);
    } catch (error) {
      if (!isProviderUnavailable(error)) throw error;
      this.log.warn({ reference: data.reference }, 'payment provider did not answer');
      const startAfter = this.clock.now().add({ minutes: ASK_AGAIN_MINUTES });
      await this.jobs.send(FollowSubscription, data, { startAfter });
    }
  }
}

@HandlesJob(FollowSubscriptionCheckout)
export class FollowSubscriptionCheckoutHandler
  implements JobHandler<DataOf<typeof FollowSubscriptionCheckout>>
{
  constructor(private readonly checkouts: SubscriptionCheckoutsService) {}

  async handle(actor: Actor, { organizationId }: DataOf<typeof FollowSubscriptionCheckout>): Promise<void> {
    await this.checkouts.lookAfter(actor, organizationId);
  }
}

@HandlesJob(EndSubscription)
export class EndSubscriptionHandler implements JobHandler<DataOf<typeof EndSubscription>> {
  constructor(
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly providers: PaymentProviders,
    private readonly settlement: SubscriptionSettlementService,
  ) {}

  async handle(actor: Actor, data: DataOf<typeof EndSubscription>): Promise<void> {
    try {
      await this.providers.subscriptionsBy(data.provider).cancel(data.reference);
      await this.settlement.follow(actor, data.provider, data.reference);
    } catch (error) {
      if (!isProviderUnavailable(error)) throw error;
      const startAfter = this.clock.now().add({ minutes: ASK_AGAIN_MINUTES });
      await this.jobs.send(EndSubscription, data, { startAfter });
    }
  }
}
