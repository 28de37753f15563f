import type Stripe from 'stripe';
import { isId, type Money, money } from '#kernel';
import { SOLD_PLANS, type SoldPlan } from '../../subscriptions/plans.ts';
import type { SubscriptionStatus } from '../../subscriptions/subscription.entity.ts';
import type {
  SubscriptionCheckoutSnapshot,
  SubscriptionPaymentSnapshot,
  SubscriptionSnapshot,
} from '../subscription-provider.ts';

/** Ours, as Stripe keeps them for us (https://docs.stripe.com/api/metadata). */
export const CHECKOUT_ID = 'checkout_id';
export const PLAN = 'plan';

/** https://docs.stripe.com/api/subscriptions/object#subscription_object-status */
const STATUS: Readonly<Record<string, SubscriptionStatus>> = {
  incomplete: 'incomplete',
  incomplete_expired: 'expired',
  trialing: 'trialing',
  active: 'active',
  past_due: 'past_due',
  unpaid: 'suspended',
  paused: 'suspended',
  canceled: 'cancelled',
};

/** Its plan is that of its price: who changes plans in the portal gets another price. */
export function subscriptionSnapshot(subscription: Stripe.Subscription): SubscriptionSnapshot {
  const { id, customer, metadata, status } = subscription;
  const [item] = subscription.items.data;
  if (!item) throw new Error(`Stripe says that ${id} is for nothing.`);
  const known = STATUS[status];
  if (known === undefined) throw new Error(`Stripe says that ${id} is ${status}.`);
  const { price, current_period_end: periodEnd } = item;
  const checkoutId = metadata[CHECKOUT_ID];
  return {
    reference: id,
    customerReference: idOf(customer),
    checkoutId: checkoutId !== undefined && isId(checkoutId) ? checkoutId : null,
    plan: planOf(price),
    status: known,
    price: minor((price.unit_amount ?? 0) * (item.quantity ?? 1), price.currency),
    periodEndsAt: at(periodEnd),
    trialEndsAt: atOrNull(subscription.trial_end),
    cancelsAt: atOrNull(subscription.cancel_at ?? (subscription.cancel_at_period_end ? periodEnd : null)),
    endedAt: atOrNull(subscription.ended_at),
  };
}

/** https://docs.stripe.com/api/checkout/sessions/object */
export function checkoutSnapshot(session: Stripe.Checkout.Session): SubscriptionCheckoutSnapshot {
  const { id, status, subscription, expires_at: expiresAt } = session;
  return {
    reference: id,
    status: status === 'complete' ? 'completed' : status === 'open' ? 'open' : 'expired',
    url: session.url,
    expiresAt: at(expiresAt),
    subscriptionReference: subscription === null ? null : idOf(subscription),
  };
}

/**
 * https://docs.stripe.com/api/invoice-payment/object: what was paid by other ways than a payment of Stripe's, such as
 * out of a balance, has not come to Stripe now.
 */
export function subscriptionPaymentSnapshot(
  paid: Stripe.InvoicePayment,
): SubscriptionPaymentSnapshot | undefined {
  const intent = paid.payment.payment_intent;
  if (intent === undefined || !paid.amount_paid) return undefined;
  return {
    reference: idOf(intent),
    invoiceReference: idOf(paid.invoice),
    amount: minor(paid.amount_paid, paid.currency),
    paidAt: at(paid.status_transitions.paid_at ?? paid.created),
  };
}

/** Stripe's id of the subscription that an event's object is about. */
export function subscriptionIn(object: Stripe.Event.Data.Object): string | undefined {
  const about = object as Stripe.Subscription | Stripe.Checkout.Session | Stripe.Invoice;
  switch (about.object) {
    case 'subscription':
      return about.id;
    case 'checkout.session':
      return about.subscription === null ? undefined : idOf(about.subscription);
    case 'invoice': {
      // https://docs.stripe.com/api/invoices/object#invoice_object-parent
      const subscription = about.parent?.subscription_details?.subscription;
      return subscription === undefined ? undefined : idOf(subscription);
    }
  }
}

function planOf({ metadata }: Stripe.Price): SoldPlan | null {
  return SOLD_PLANS.find((plan) => plan === metadata[PLAN]) ?? null;
}

function idOf(expandable: string | { readonly id: string }): string {
  return typeof expandable === 'string' ? expandable : expandable.id;
}

function at(seconds: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(seconds * 1000);
}

function atOrNull(seconds: number | null): Temporal.Instant | null {
  return seconds === null ? null : at(seconds);
}

function minor(amount: number, currency: string): Money {
  return money(amount, currency.toUpperCase());
}
