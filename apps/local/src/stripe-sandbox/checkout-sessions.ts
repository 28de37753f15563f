import type Stripe from 'stripe';
import type { z } from 'zod';
import { unixNow } from '../payment-sandbox/random-text.ts';
import type { checkoutForm, portalForm } from './billing.forms.ts';
import { newCheckoutSession } from './checkout-session.object.ts';
import { invalidRequest, type StripeApiError } from './errors.ts';
import { type Cause, type EventLog, NO_REQUEST } from './events.ts';
import { linkSecret, stripeId } from './ids.ts';
import type { Store } from './store.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Stripe's own pages: to subscribe, https://docs.stripe.com/payments/checkout, and to change that later. */
export class CheckoutSessions {
  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
    private readonly subscriptions: Subscriptions,
    /** Where the pages are. */
    private readonly baseUrl: () => string,
  ) {}

  /** Errors: 400 for an unknown customer or price. */
  create(input: z.output<typeof checkoutForm>): Stripe.Checkout.Session {
    const [order] = input.line_items as [{ price: string; quantity: number }];
    const price = this.store.tables.price.get(order.price);
    if (price === undefined) throw unknown('price', order.price, 'line_items[0][price]');
    const customer = this.customer(input.customer);
    const id = stripeId('cs_test');
    const url = `${this.baseUrl()}/checkout/${id}`;
    const amount = (price.unit_amount ?? 0) * order.quantity;
    const session = newCheckoutSession({ ...input, customer }, { id, url, amount, currency: price.currency });
    this.store.tables['checkout.session'].set(id, session);
    this.store.tables.order.set(id, { ...order, metadata: input.subscription_data?.metadata ?? {} });
    return session;
  }

  /** With its time considered. Errors: 404. */
  get(id: string): Stripe.Checkout.Session {
    const session = this.store.get('checkout.session', id);
    const isOver = session.status === 'open' && session.expires_at <= unixNow();
    return isOver ? this.close(session, NO_REQUEST) : session;
  }

  /** Errors: 404; 400 when it is not open. */
  expire(id: string, cause: Cause): Stripe.Checkout.Session {
    return this.close(this.open(id), cause);
  }

  /** Somebody pays on the page. Errors: 404; 400 when it is not open; 402 when the card is declined: it stays open. */
  pay(id: string, card = 'pm_card_visa'): Stripe.Checkout.Session {
    const session = this.open(id);
    const { price, quantity, metadata } = this.store.get('order', id);
    const customer = session.customer as string;
    const order = { customer, price: this.store.get('price', price), quantity, metadata };
    const subscription = this.subscriptions.create(order, card, NO_REQUEST);
    Object.assign(session, {
      invoice: subscription.latest_invoice,
      payment_status: 'paid',
      status: 'complete',
      subscription: subscription.id,
      url: null,
    } satisfies Partial<Stripe.Checkout.Session>);
    this.log.record('checkout.session.completed', session, NO_REQUEST);
    return session;
  }

  /** https://docs.stripe.com/api/customer_portal/sessions. Errors: 400 for an unknown customer. */
  portal(input: z.output<typeof portalForm>): Stripe.BillingPortal.Session {
    const customer = this.customer(input.customer);
    const secret = linkSecret();
    const returnUrl = input.return_url ?? null;
    this.store.tables.portal.set(secret, { customer, returnUrl });
    return {
      id: stripeId('bps'),
      object: 'billing_portal.session',
      configuration: 'bpc_sandbox',
      created: unixNow(),
      customer,
      customer_account: null,
      flow: null,
      livemode: false,
      locale: null,
      on_behalf_of: null,
      return_url: returnUrl,
      url: `${this.baseUrl()}/portal/${secret}`,
    };
  }

  private customer(id: string): string {
    if (!this.store.tables.customer.has(id)) throw unknown('customer', id, 'customer');
    return id;
  }

  private open(id: string): Stripe.Checkout.Session {
    const session = this.get(id);
    if (session.status === 'open') return session;
    throw invalidRequest(`This Checkout Session is ${session.status}, not open.`);
  }

  private close(session: Stripe.Checkout.Session, cause: Cause): Stripe.Checkout.Session {
    Object.assign(session, { status: 'expired', url: null });
    this.log.record('checkout.session.expired', session, cause);
    return session;
  }
}

/** What a parameter names, and not the path, is missing with 400. */
function unknown(kind: string, id: string, param: string): StripeApiError {
  return invalidRequest(`No such ${kind}: '${id}'`, { code: 'resource_missing', param });
}
