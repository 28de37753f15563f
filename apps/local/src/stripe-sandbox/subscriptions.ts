import type Stripe from 'stripe';
import { unixNow } from '../payment-sandbox/random-text.ts';
import { invalidRequest, resourceMissing, StripeApiError } from './errors.ts';
import { type Cause, type EventLog, NO_REQUEST } from './events.ts';
import type { Invoices } from './invoices.ts';
import { monthAfter } from './months.ts';
import { newMethodOf } from './payment-methods.ts';
import type { Store } from './store.ts';
import { newSubscription } from './subscription.object.ts';

/**
 * What is charged by the month, https://docs.stripe.com/billing/subscriptions/overview. Time passes for one at a time,
 * when it is told to: as with Stripe's test clocks, only that the objects made then bear today's date.
 */
export class Subscriptions {
  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
    private readonly invoices: Invoices,
  ) {}

  /** Errors: 402 when the card is declined; then there is no subscription. */
  create(
    order: { customer: string; price: Stripe.Price; quantity: number; metadata: Stripe.Metadata },
    card: string,
    cause: Cause,
  ): Stripe.Subscription {
    const { customer, price, quantity } = order;
    const amount = (price.unit_amount ?? 0) * quantity;
    const intent = this.invoices.charge({ currency: price.currency, customer, amount }, card);
    const subscription = newSubscription(order, unixNow());
    subscription.default_payment_method = intent.payment_method;
    this.store.tables.subscription.set(subscription.id, subscription);
    const invoice = this.invoices.open(subscription, 'subscription_create', cause);
    this.log.record('customer.subscription.created', subscription, cause);
    this.invoices.settle(invoice, intent, cause);
    return subscription;
  }

  /** The month is over: it is charged for the next one, or ends. Errors: 404; 400 when it has ended. */
  advance(id: string): Stripe.Subscription {
    const subscription = this.running(id);
    if (subscription.cancel_at_period_end) return this.end(subscription, NO_REQUEST);
    const item = itemOf(subscription);
    const before = structuredClone(subscription);
    item.current_period_start = item.current_period_end;
    item.current_period_end = monthAfter(item.current_period_end);
    const invoice = this.invoices.open(subscription, 'subscription_cycle', NO_REQUEST);
    this.tryToCharge(subscription, invoice, before, subscription.default_payment_method as string);
    return subscription;
  }

  /** Stripe, or the customer with another card, tries again. Errors: 404; 400 when nothing is owed. */
  retry(id: string, card?: string): Stripe.Subscription {
    const subscription = this.running(id);
    const invoice = this.store.get('invoice', subscription.latest_invoice as string);
    if (invoice.status !== 'open') throw invalidRequest(`Nothing is owed for ${id}.`);
    const before = structuredClone(subscription);
    this.tryToCharge(subscription, invoice, before, card ?? (subscription.default_payment_method as string));
    return subscription;
  }

  /** The next charges go to another card. Errors: 404, also for the card; 400 when it has ended. */
  useCard(id: string, card: string): Stripe.Subscription {
    return this.change(this.running(id), { default_payment_method: newMethodOf(this.store, card) });
  }

  /** Stripe has tried often enough. Errors: 404; 400 when it has ended. */
  giveUp(id: string): Stripe.Subscription {
    return this.change(this.running(id), { status: 'unpaid' });
  }

  /** It ends with the month, or goes on after all. Errors: 404; 400 when it has ended. */
  cancelAtPeriodEnd(id: string, isCancelled: boolean): Stripe.Subscription {
    const subscription = this.running(id);
    return this.change(subscription, {
      cancel_at_period_end: isCancelled,
      cancel_at: isCancelled ? itemOf(subscription).current_period_end : null,
      canceled_at: isCancelled ? unixNow() : null,
    });
  }

  /** It ends now. Errors: 404, also when it has ended, as Stripe's. */
  cancel(id: string, cause: Cause): Stripe.Subscription {
    const subscription = this.store.get('subscription', id, 'id');
    if (hasEnded(subscription)) throw resourceMissing('subscription', id);
    return this.end(subscription, cause);
  }

  private tryToCharge(
    subscription: Stripe.Subscription,
    invoice: Stripe.Invoice,
    before: Stripe.Subscription,
    card: string,
  ): void {
    try {
      const { currency } = subscription;
      const customer = subscription.customer as string;
      const intent = this.invoices.charge({ currency, customer, amount: invoice.total }, card);
      this.invoices.settle(invoice, intent, NO_REQUEST);
      subscription.default_payment_method = intent.payment_method;
      subscription.status = 'active';
    } catch (error) {
      if (!(error instanceof StripeApiError) || error.status !== 402) throw error;
      this.invoices.fail(invoice, NO_REQUEST);
      subscription.status = 'past_due';
    }
    this.log.record('customer.subscription.updated', subscription, NO_REQUEST, before);
  }

  private end(subscription: Stripe.Subscription, cause: Cause): Stripe.Subscription {
    const now = unixNow();
    Object.assign(subscription, {
      status: 'canceled',
      canceled_at: subscription.canceled_at ?? now,
      ended_at: now,
      cancellation_details: {
        comment: null,
        feedback: null,
        feedback_option: null,
        reason: 'cancellation_requested',
      },
    } satisfies Partial<Stripe.Subscription>);
    this.log.record('customer.subscription.deleted', subscription, cause);
    return subscription;
  }

  private change(
    subscription: Stripe.Subscription,
    changes: Partial<Stripe.Subscription>,
  ): Stripe.Subscription {
    const before = structuredClone(subscription);
    Object.assign(subscription, changes);
    this.log.record('customer.subscription.updated', subscription, NO_REQUEST, before);
    return subscription;
  }

  private running(id: string): Stripe.Subscription {
    const subscription = this.store.get('subscription', id);
    if (hasEnded(subscription)) throw invalidRequest(`Subscription ${id} has ended.`);
    return subscription;
  }
}

export function hasEnded({ status }: Stripe.Subscription): boolean {
  return status === 'canceled' || status === 'incomplete_expired';
}

export function itemOf(subscription: Stripe.Subscription): Stripe.SubscriptionItem {
  return subscription.items.data[0] as Stripe.SubscriptionItem;
}
