import type { Actor } from '#kernel';
import { SubscriptionPastDue } from '#payments';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

@OnEvent(SubscriptionPastDue, 'notifications.tell-of-unpaid-subscription')
export class OnSubscriptionPastDue implements JobHandler<DataOf<typeof SubscriptionPastDue>> {
  constructor(private readonly notifications: NotificationsService) {}

  /** Once for each month, however often the provider tries. */
  async handle(
    _actor: Actor,
    { subscriptionId, userId, periodEndsAt }: DataOf<typeof SubscriptionPastDue>,
  ): Promise<void> {
    await this.notifications.notify(userId, {
      type: 'subscription_past_due',
      ...MESSAGES.subscription_past_due(),
      data: {},
      cause: `subscription_past_due:${subscriptionId}:${periodEndsAt}`,
      mail: {},
    });
  }
}
