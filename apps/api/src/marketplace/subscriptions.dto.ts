import { z } from 'zod';
import { CURRENCIES } from '#kernel';
import type { OpenCheckout, PlanOffer, Subscription } from '#payments';
import { iso, isoOrNull, MoneyField, present, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Plan = z.enum(['basic', 'pro']).describe('Pro has all that Basic has.');
const Status = z.enum(['trialing', 'incomplete', 'active', 'past_due', 'suspended', 'cancelled', 'expired']);

const ReturnUrl = z.url({ protocol: /^https?$/ }).max(2000);

export const OpenSubscriptionCheckout = z
  .object({
    currency: z
      .enum(CURRENCIES)
      .optional()
      .describe('One that the plan is sold in; that of the doctor’s fee, or the usual one, when absent.'),
    success_url: ReturnUrl.optional().describe(
      'Where the browser goes when it is paid; of an allowed origin.',
    ),
    cancel_url: ReturnUrl.optional().describe('Where it goes when it is given up; of an allowed origin.'),
  })
  .default({})
  .transform(({ currency, success_url, cancel_url }) =>
    present({ currency, successUrl: success_url, cancelUrl: cancel_url }),
  );

export const OpenSubscriptionPortal = z
  .object({
    return_url: ReturnUrl.optional().describe('Where the browser goes afterwards; of an allowed origin.'),
  })
  .default({});

export const ListSubscriptions = listQuery(
  {
    created_at: 'createdAt',
    updated_at: 'updatedAt',
    period_ends_at: 'periodEndsAt',
    trial_ends_at: 'trialEndsAt',
  },
  {
    plan: Plan.optional(),
    status: Status.optional(),
    organization_id: z.uuid().optional(),
  },
);

export const PlanAnswer = z
  .object({
    plan: Plan,
    trial_days: z.int().describe('0 for a plan that is not tried.'),
    interval: z.literal('month'),
    prices: z
      .array(MoneyField)
      .describe('For a month, one in each currency; none for a plan that is not sold.'),
  })
  .meta({ id: 'Plan' });

export const SubscriptionAnswer = z
  .object({
    id: z.uuid(),
    organization_id: z.uuid().describe('The practice that has it.'),
    plan: Plan,
    status: Status.describe(
      'With `past_due` the provider tries to charge again; with `suspended` it does not any more, and the plan is not ' +
        'in force until somebody pays.',
    ),
    is_in_force: z.boolean().describe('Whether the practice has the plan now.'),
    price: MoneyField.nullable().describe('For a month; null for a trial.'),
    trial_ends_at: Timestamp.nullable(),
    period_ends_at: Timestamp.nullable().describe('The end of what was last charged for.'),
    cancels_at: Timestamp.nullable().describe('When it ends because somebody has cancelled it.'),
    ended_at: Timestamp.nullable(),
    provider: z.string().nullable(),
    provider_reference: z.string().nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Subscription' });

export const SubscriptionCheckoutAnswer = z
  .object({
    id: z.uuid(),
    plan: Plan,
    price: MoneyField.describe('For a month.'),
    checkout_url: z.url().describe('A page of the provider, for the doctor’s own browser.'),
    expires_at: Timestamp.describe('Until when one can subscribe on that page.'),
  })
  .meta({ id: 'SubscriptionCheckout' });

export const SubscriptionPortalAnswer = z
  .object({ portal_url: z.url().describe('A page of the provider, for the doctor’s own browser.') })
  .meta({ id: 'SubscriptionPortal' });

export function toPlan({ plan, trialDays, prices }: PlanOffer): z.infer<typeof PlanAnswer> {
  return { plan, trial_days: trialDays, interval: 'month', prices: [...prices] };
}

export function toSubscription(subscription: Subscription): z.infer<typeof SubscriptionAnswer> {
  return {
    id: subscription.id,
    organization_id: subscription.organizationId,
    plan: subscription.plan,
    status: subscription.status,
    is_in_force: subscription.isInForce,
    price: subscription.price,
    trial_ends_at: isoOrNull(subscription.trialEndsAt),
    period_ends_at: isoOrNull(subscription.periodEndsAt),
    cancels_at: isoOrNull(subscription.cancelsAt),
    ended_at: isoOrNull(subscription.endedAt),
    provider: subscription.provider,
    provider_reference: subscription.providerReference,
    created_at: iso(subscription.createdAt),
    updated_at: iso(subscription.updatedAt),
  };
}

export function toSubscriptionCheckout(open: OpenCheckout): z.infer<typeof SubscriptionCheckoutAnswer> {
  return {
    id: open.id,
    plan: open.plan,
    price: open.price,
    checkout_url: open.url,
    expires_at: iso(open.expiresAt),
  };
}
