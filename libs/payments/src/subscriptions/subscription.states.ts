import { stateMachine } from '#kernel';
import type { SubscriptionStatus } from './subscription.entity.ts';

/**
 * What a provider says of a subscription is read there whenever anything about it is told, so the table holds
 * what can be so after a while, not single steps. `suspended` has not been paid, and nothing is tried any more until
 * somebody pays; `expired` is a trial that is over, or a first payment that never came. What has ended never begins
 * again: who subscribes anew gets another subscription.
 */
export const subscriptionStates = stateMachine<SubscriptionStatus>('subscription', {
  trialing: ['active', 'past_due', 'suspended', 'cancelled', 'expired'],
  incomplete: ['trialing', 'active', 'past_due', 'suspended', 'cancelled', 'expired'],
  active: ['trialing', 'past_due', 'suspended', 'cancelled'],
  past_due: ['active', 'suspended', 'cancelled'],
  suspended: ['active', 'past_due', 'cancelled'],
  cancelled: [],
  expired: [],
});

/** Of these nothing more comes. */
export const ENDED = ['cancelled', 'expired'] as const satisfies readonly SubscriptionStatus[];
