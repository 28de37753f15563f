import type Stripe from 'stripe';
import { forget, KeptTables } from '../payment-sandbox/kept-tables.ts';
import { unixNow } from '../payment-sandbox/random-text.ts';
import type { RecordedEvent } from '../payment-sandbox/recorded-event.ts';
import { resourceMissing } from './errors.ts';

const DAY = 86_400;
/** The file is written whole, so what only serves looking back is kept within bounds. */
const MAX_EVENTS = 2_000;
const MAX_ANSWERS = 1_000;

export type StripeEvent = RecordedEvent<Stripe.Event>;

/** The answer that an idempotency key gives again. */
export interface SavedAnswer {
  /** Method, path and parameters of the first request. */
  request: { endpoint: string; parameters: string };
  requestId: string;
  status: number;
  body: string;
  created: number;
}

/** A link to the pages on which somebody tells Stripe who they are. */
export interface Onboarding {
  account: string;
  returnUrl: string;
  refreshUrl: string;
  /** Seconds since 1970. */
  expiresAt: number;
}

/** What a person subscribes to on a page. */
interface Order {
  price: string;
  quantity: number;
  /** Of the subscription that comes of it. */
  metadata: Stripe.Metadata;
}

interface Tables {
  payment_intent: Map<string, Stripe.PaymentIntent>;
  charge: Map<string, Stripe.Charge>;
  refund: Map<string, Stripe.Refund>;
  balance_transaction: Map<string, Stripe.BalanceTransaction>;
  dispute: Map<string, Stripe.Dispute>;
  payment_method: Map<string, Stripe.PaymentMethod>;
  account: Map<string, Stripe.Account>;
  transfer: Map<string, Stripe.Transfer>;
  customer: Map<string, Stripe.Customer>;
  product: Map<string, Stripe.Product>;
  price: Map<string, Stripe.Price>;
  'checkout.session': Map<string, Stripe.Checkout.Session>;
  subscription: Map<string, Stripe.Subscription>;
  invoice: Map<string, Stripe.Invoice>;
  invoice_payment: Map<string, Stripe.InvoicePayment>;
  /** By the page's id. */
  order: Map<string, Order>;
  /** Whose subscription a link is for, by the secret in the link. */
  portal: Map<string, { customer: string; returnUrl: string | null }>;
  /** What leads a person from a link to the account, by the secret in the link. */
  onboarding: Map<string, Onboarding>;
  /** The test card behind each payment method. */
  test_card: Map<string, string>;
  event: Map<string, StripeEvent>;
  answer: Map<string, SavedAnswer>;
}
type StripeKind =
  | 'payment_intent'
  | 'charge'
  | 'refund'
  | 'balance_transaction'
  | 'dispute'
  | 'payment_method'
  | 'account'
  | 'transfer'
  | 'customer'
  | 'product'
  | 'price'
  | 'checkout.session'
  | 'subscription'
  | 'invoice'
  | 'invoice_payment'
  | 'order'
  | 'portal';
type Row<K extends keyof Tables> = Tables[K] extends Map<string, infer R> ? R : never;

/** Stripe's objects. */
export class Store extends KeptTables<Stripe.Event, Tables> {
  /** Errors: a state file that is not what `save` wrote. */
  static async open(file?: string): Promise<Store> {
    const store = new Store(emptyTables(), file);
    await store.load();
    return store;
  }

  /** Errors: 404 resource_missing. */
  get<K extends StripeKind>(kind: K, id: string, param?: string): Row<K> {
    const row = this.tables[kind].get(id);
    if (row === undefined) throw resourceMissing(kind, id, param);
    return row as Row<K>;
  }

  /** Errors: 404 resource_missing. */
  event(id: string): StripeEvent {
    const recorded = this.tables.event.get(id);
    if (recorded === undefined) throw resourceMissing('event', id);
    return recorded;
  }

  /** Any object that an id on the wire may name. */
  find(id: string): object | undefined {
    const kinds = [
      'payment_intent',
      'charge',
      'refund',
      'balance_transaction',
      'dispute',
      'payment_method',
      'account',
      'transfer',
      'customer',
      'price',
      'subscription',
      'invoice',
    ] as const;
    for (const kind of kinds) {
      const row = this.tables[kind].get(id);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  /** As Stripe does: events after 30 days, idempotency keys after one; sooner when there are many. */
  protected override forgetOld(): void {
    const now = unixNow();
    forget(this.tables.event, MAX_EVENTS, ({ event }) => event.created < now - 30 * DAY);
    forget(this.tables.answer, MAX_ANSWERS, ({ created }) => created < now - DAY);
  }
}

function emptyTables(): Tables {
  return {
    payment_intent: new Map(),
    charge: new Map(),
    refund: new Map(),
    balance_transaction: new Map(),
    dispute: new Map(),
    payment_method: new Map(),
    account: new Map(),
    transfer: new Map(),
    customer: new Map(),
    product: new Map(),
    price: new Map(),
    'checkout.session': new Map(),
    subscription: new Map(),
    invoice: new Map(),
    invoice_payment: new Map(),
    order: new Map(),
    portal: new Map(),
    onboarding: new Map(),
    test_card: new Map(),
    event: new Map(),
    answer: new Map(),
  };
}
