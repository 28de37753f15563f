import type Stripe from 'stripe';
import type { z } from 'zod';
import { unixNow } from '../payment-sandbox/random-text.ts';
import type { customerForm } from './billing.forms.ts';
import type { Cause, EventLog } from './events.ts';
import { stripeId } from './ids.ts';
import type { Store } from './store.ts';

/** Whom subscriptions are charged to, https://docs.stripe.com/api/customers */
export class Customers {
  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
  ) {}

  create(input: z.output<typeof customerForm>, cause: Cause): Stripe.Customer {
    const customer: Stripe.Customer = {
      id: stripeId('cus'),
      object: 'customer',
      address: null,
      balance: 0,
      created: unixNow(),
      currency: null,
      default_source: null,
      delinquent: false,
      description: input.description ?? null,
      email: input.email ?? null,
      invoice_settings: {
        custom_fields: null,
        default_payment_method: null,
        footer: null,
        rendering_options: null,
      },
      livemode: false,
      metadata: input.metadata ?? {},
      name: input.name ?? null,
      phone: null,
      preferred_locales: [],
      shipping: null,
      tax_exempt: 'none',
      test_clock: null,
    };
    this.store.tables.customer.set(customer.id, customer);
    this.log.record('customer.created', customer, cause);
    return customer;
  }
}
