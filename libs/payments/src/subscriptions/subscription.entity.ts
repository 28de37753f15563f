import type { Selectable } from 'kysely';
import { type Money, money } from '#kernel';
import type { Tables } from '#platform';

type Row = Selectable<Tables['subscriptions']>;

export type SubscriptionPlan = Row['plan'];
export type SubscriptionStatus = Row['status'];

/** What a practice may use, and until when. */
export interface Subscription extends Omit<Row, 'amount' | 'currency' | 'trialWarnedAt' | 'asOf' | 'userId'> {
  /** Who is told of what goes wrong with it. */
  readonly subscriberUserId: string;
  /** For a month; `null` for a trial that we give. */
  readonly price: Money | null;
  /** Whether the practice has the plan now. */
  readonly isInForce: boolean;
}

/**
 * The states in which a practice has what it subscribed to. `past_due` is one: while the provider tries to charge
 * again, nobody loses anything.
 */
export const IN_FORCE = ['trialing', 'active', 'past_due'] as const satisfies readonly SubscriptionStatus[];

export function asSubscription(
  { amount, currency, userId, asOf: _asOf, trialWarnedAt: _warned, ...row }: Row,
  now: Temporal.Instant,
): Subscription {
  return {
    ...row,
    subscriberUserId: userId,
    price: amount === null || currency === null ? null : money(amount, currency),
    isInForce: isInForce(row, now),
  };
}

/** A trial that we give ends with its time, whether or not the nightly job has come by. */
function isInForce(
  { status, provider, trialEndsAt }: Pick<Row, 'status' | 'provider' | 'trialEndsAt'>,
  now: Temporal.Instant,
): boolean {
  if (!(IN_FORCE as readonly string[]).includes(status)) return false;
  return provider !== null || (trialEndsAt !== null && Temporal.Instant.compare(now, trialEndsAt) < 0);
}
