import { type Actor, Clock } from '#kernel';
import { Database, type JobHandler, Jobs, OnSchedule } from '#platform';
import { SubscriptionTrialEnding } from '../events.ts';
import { FollowSubscription, FollowSubscriptionCheckout } from '../queues.ts';
import { ENDED } from './subscription.states.ts';

/** How long before its end one is told of a trial. */
const WARNING_DAYS = 7;
/** The provider is asked about what nobody has told of for so long. */
const STALE_HOURS = 20;
/** Who is on the provider's page needs a while. */
const CHECKOUT_HOURS = 1;

/**
 * Nightly: ends trials, warns of those that end soon, and has the provider asked about all that it may have told in
 * vain. Whether a practice has a plan does not wait for this: a trial that is over is not in force.
 */
@OnSchedule('47 3 * * *', 'payments.look-after-subscriptions')
export class LookAfterSubscriptionsHandler implements JobHandler<Record<string, never>> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
  ) {}

  async handle(_actor: Actor): Promise<void> {
    const now = this.clock.now();
    await this.#endTrials(now);
    await this.database.transaction(() => this.#warn(now));
    await this.#askAboutSubscriptions(now);
    await this.#askAboutCheckouts(now);
  }

  async #endTrials(now: Temporal.Instant): Promise<void> {
    await this.database.query
      .updateTable('subscriptions')
      .set((eb) => ({ status: 'expired', endedAt: eb.ref('trialEndsAt'), updatedAt: now }))
      .where('provider', 'is', null)
      .where('status', '=', 'trialing')
      .where('trialEndsAt', '<=', now)
      .execute();
  }

  /** Once, and not those who have subscribed. */
  async #warn(now: Temporal.Instant): Promise<void> {
    const warned = await this.database.query
      .updateTable('subscriptions as trial')
      .set({ trialWarnedAt: now })
      .where('trial.provider', 'is', null)
      .where('trial.status', '=', 'trialing')
      .where('trial.trialWarnedAt', 'is', null)
      .where('trial.trialEndsAt', '<=', now.add({ hours: 24 * WARNING_DAYS }))
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('subscriptions as paid')
              .select('paid.id')
              .whereRef('paid.organizationId', '=', 'trial.organizationId')
              .where('paid.provider', 'is not', null)
              .where('paid.status', 'not in', ENDED),
          ),
        ),
      )
      .returning(['trial.id', 'trial.userId', 'trial.trialEndsAt'])
      .execute();
    for (const { id: subscriptionId, userId, trialEndsAt } of warned) {
      await this.jobs.publish(SubscriptionTrialEnding, {
        subscriptionId,
        userId,
        endsAt: String(trialEndsAt),
      });
    }
  }

  async #askAboutSubscriptions(now: Temporal.Instant): Promise<void> {
    const stale = await this.database.query
      .selectFrom('subscriptions as subscription')
      .select(['subscription.provider', 'subscription.providerReference'])
      .where('subscription.provider', 'is not', null)
      .where('subscription.asOf', '<', now.subtract({ hours: STALE_HOURS }))
      .where((eb) =>
        eb.or([
          eb('subscription.status', 'not in', ENDED),
          // The provider has not told what it kept.
          eb.exists(
            eb
              .selectFrom('subscriptionPayments as payment')
              .select('payment.id')
              .whereRef('payment.subscriptionId', '=', 'subscription.id')
              .where('payment.isFeeBooked', '=', false),
          ),
        ]),
      )
      .execute();
    for (const { provider, providerReference: reference } of stale) {
      if (provider && reference) await this.jobs.send(FollowSubscription, { provider, reference });
    }
  }

  async #askAboutCheckouts(now: Temporal.Instant): Promise<void> {
    const open = await this.database.query
      .selectFrom('subscriptionCheckouts')
      .select('organizationId')
      .where('status', '=', 'open')
      .where('providerReference', 'is not', null)
      .where('createdAt', '<', now.subtract({ hours: CHECKOUT_HOURS }))
      .execute();
    for (const { organizationId } of open)
      await this.jobs.send(FollowSubscriptionCheckout, { organizationId });
  }
}
