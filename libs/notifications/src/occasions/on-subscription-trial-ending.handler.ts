import { AccountsService } from '#auth';
import type { Actor } from '#kernel';
import { SubscriptionTrialEnding } from '#payments';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

@OnEvent(SubscriptionTrialEnding, 'notifications.warn-of-trial-end')
export class OnSubscriptionTrialEnding implements JobHandler<DataOf<typeof SubscriptionTrialEnding>> {
  constructor(
    private readonly accounts: AccountsService,
    private readonly notifications: NotificationsService,
  ) {}

  async handle(
    _actor: Actor,
    { subscriptionId, userId, endsAt }: DataOf<typeof SubscriptionTrialEnding>,
  ): Promise<void> {
    const { timeZone } = await this.accounts.byId(userId);
    await this.notifications.notify(userId, {
      type: 'subscription_trial_ending',
      ...MESSAGES.subscription_trial_ending({ endsAt: Temporal.Instant.from(endsAt), timeZone }),
      data: {},
      cause: `subscription_trial_ending:${subscriptionId}`,
      mail: {},
    });
  }
}
