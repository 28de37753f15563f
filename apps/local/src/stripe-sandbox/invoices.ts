import type Stripe from 'stripe';
import { unixNow } from '../payment-sandbox/random-text.ts';
import { StripeApiError } from './errors.ts';
import { type Cause, type EventLog, NO_REQUEST } from './events.ts';
import { stripeId } from './ids.ts';
import type { Intents } from './intents.ts';
import { decimal } from './prices.ts';
import type { Store } from './store.ts';

/** The bills of subscriptions, https://docs.stripe.com/api/invoices */
export class Invoices {
  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
    private readonly intents: Intents,
  ) {}

  /** Takes the money for a bill. Errors: 402 when the card is declined, or asks for more than a click. */
  charge(
    { currency, customer, amount }: { currency: string; customer: string; amount: number },
    card: string,
  ): Stripe.PaymentIntent {
    const intent = this.intents.create(
      { amount, currency, capture_method: 'automatic_async', payment_method_types: ['card'] },
      NO_REQUEST,
    );
    intent.customer = customer;
    this.intents.confirm(intent.id, { payment_method: card }, NO_REQUEST);
    if (intent.status === 'succeeded') return intent;
    throw new StripeApiError(402, {
      type: 'card_error',
      code: 'subscription_payment_intent_requires_action',
      message: 'The bank wants more than this sandbox asks for on subscriptions.',
      payment_intent: structuredClone(intent),
    });
  }

  /** The bill for what the subscription's item has as its period now; nobody has paid it yet. */
  open(
    subscription: Stripe.Subscription,
    reason: 'subscription_create' | 'subscription_cycle',
    cause: Cause,
  ): Stripe.Invoice {
    const invoice = invoiceOf(subscription, reason);
    this.store.tables.invoice.set(invoice.id, invoice);
    subscription.latest_invoice = invoice.id;
    this.log.record('invoice.created', invoice, cause);
    this.log.record('invoice.finalized', invoice, cause);
    return invoice;
  }

  /** The bill is paid with an intent. */
  settle(invoice: Stripe.Invoice, intent: Stripe.PaymentIntent, cause: Cause): void {
    const now = unixNow();
    Object.assign(invoice, {
      amount_paid: invoice.total,
      amount_remaining: 0,
      attempt_count: invoice.attempt_count + 1,
      attempted: true,
      auto_advance: false,
      ending_balance: 0,
      next_payment_attempt: null,
      status: 'paid',
      status_transitions: { ...invoice.status_transitions, paid_at: now },
    } satisfies Partial<Stripe.Invoice>);
    const payment: Stripe.InvoicePayment = {
      id: stripeId('inpay'),
      object: 'invoice_payment',
      amount_paid: invoice.total,
      amount_requested: invoice.total,
      created: now,
      currency: invoice.currency,
      invoice: invoice.id,
      is_default: true,
      livemode: false,
      payment: { payment_intent: intent.id, type: 'payment_intent' },
      status: 'paid',
      status_transitions: { canceled_at: null, paid_at: now },
    };
    this.store.tables.invoice_payment.set(payment.id, payment);
    this.log.record('invoice.paid', invoice, cause);
    this.log.record('invoice.payment_succeeded', invoice, cause);
    this.log.record('invoice_payment.paid', payment, cause);
  }

  /** The card was declined; Stripe tries again in some days. */
  fail(invoice: Stripe.Invoice, cause: Cause): void {
    invoice.attempt_count += 1;
    invoice.attempted = true;
    invoice.next_payment_attempt = unixNow() + 3 * 86_400;
    this.log.record('invoice.payment_failed', invoice, cause);
  }
}

function invoiceOf(
  { id: subscription, customer, currency, items, metadata }: Stripe.Subscription,
  reason: Stripe.Invoice.BillingReason,
): Stripe.Invoice {
  const now = unixNow();
  const id = stripeId('in');
  const item = items.data[0] as Stripe.SubscriptionItem;
  const quantity = item.quantity ?? 1;
  const total = (item.price.unit_amount ?? 0) * quantity;
  const line: Stripe.InvoiceLineItem = {
    id: stripeId('il'),
    object: 'line_item',
    amount: total,
    currency,
    description: null,
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice: id,
    livemode: false,
    metadata,
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: null,
        subscription,
        subscription_item: item.id,
      },
      type: 'subscription_item_details',
    },
    period: { end: item.current_period_end, start: item.current_period_start },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: item.price.id, product: item.price.product as string },
      type: 'price_details',
      unit_amount_decimal: decimal(item.price.unit_amount ?? 0),
    },
    quantity,
    quantity_decimal: decimal(quantity),
    subscription,
    subtotal: total,
    taxes: [],
  };
  return {
    id,
    object: 'invoice',
    account_country: 'FR',
    account_name: 'Sandbox',
    account_tax_ids: null,
    amount_due: total,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: total,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: reason,
    collection_method: 'charge_automatically',
    created: now,
    currency,
    custom_fields: null,
    customer,
    customer_account: null,
    customer_address: null,
    customer_email: null,
    customer_name: null,
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: now,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: { object: 'list', data: [line], has_more: false, url: `/v1/invoices/${id}/lines` },
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: null,
    on_behalf_of: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata, subscription },
      type: 'subscription_details',
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    // Of what came before: at first that is no time at all.
    period_end: now,
    period_start: now,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: 'open',
    status_transitions: { finalized_at: now, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: total,
    subtotal_excluding_tax: total,
    test_clock: null,
    total,
    total_discount_amounts: [],
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: now,
  };
}
