import type Stripe from 'stripe';
import type { z } from 'zod';
import { unixNow } from '../payment-sandbox/random-text.ts';
import { checkAmount } from './amounts.ts';
import type { priceForm } from './billing.forms.ts';
import { invalidRequest } from './errors.ts';
import type { Cause, EventLog } from './events.ts';
import { stripeId } from './ids.ts';
import type { Store } from './store.ts';

/** What a month of something costs, https://docs.stripe.com/api/prices */
export class Prices {
  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
  ) {}

  /** Errors: an amount that Stripe would refuse; a lookup key that another price has; 404 for the product. */
  create(input: z.output<typeof priceForm>, cause: Cause): Stripe.Price {
    checkAmount(input.unit_amount, input.currency);
    const key = input.lookup_key;
    if (key !== undefined && this.byKeys([key]).length > 0) {
      throw invalidRequest(`A price (${key}) already uses that lookup key.`, { param: 'lookup_key' });
    }
    const price: Stripe.Price = {
      id: stripeId('price'),
      object: 'price',
      active: true,
      billing_scheme: 'per_unit',
      created: unixNow(),
      currency: input.currency,
      custom_unit_amount: null,
      livemode: false,
      lookup_key: key ?? null,
      metadata: input.metadata ?? {},
      nickname: input.nickname ?? null,
      product: this.#product(input),
      recurring: {
        interval: input.recurring.interval,
        interval_count: input.recurring.interval_count ?? 1,
        meter: null,
        trial_period_days: null,
        usage_type: 'licensed',
      },
      tax_behavior: 'unspecified',
      tiers_mode: null,
      transform_quantity: null,
      type: 'recurring',
      unit_amount: input.unit_amount,
      unit_amount_decimal: decimal(input.unit_amount),
    };
    this.store.tables.price.set(price.id, price);
    this.log.record('price.created', price, cause);
    return price;
  }

  byKeys(keys: readonly string[]): Stripe.Price[] {
    return [...this.store.tables.price.values()].filter(({ lookup_key: key }) => key && keys.includes(key));
  }

  #product({ product, product_data: data }: z.output<typeof priceForm>): string {
    if (product !== undefined) return this.store.get('product', product, 'product').id;
    if (data === undefined) {
      throw invalidRequest('A price needs a product or product_data.', {
        code: 'parameter_missing',
        param: 'product',
      });
    }
    const now = unixNow();
    const made: Stripe.Product = {
      id: stripeId('prod'),
      object: 'product',
      active: true,
      created: now,
      default_price: null,
      description: null,
      images: [],
      livemode: false,
      marketing_features: [],
      metadata: data.metadata ?? {},
      name: data.name,
      package_dimensions: null,
      shippable: null,
      statement_descriptor: null,
      tax_code: null,
      tax_details: null,
      type: 'service',
      unit_label: null,
      updated: now,
      url: null,
    };
    this.store.tables.product.set(made.id, made);
    return made.id;
  }
}

/** Stripe writes decimals as text; its SDK makes numbers of its own of them. */
export function decimal(amount: number): Stripe.Decimal {
  return String(amount) as unknown as Stripe.Decimal;
}
