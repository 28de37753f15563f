import type Stripe from 'stripe';
import { z } from 'zod';
import type { Operation } from './api.operations.ts';
import {
  checkoutForm,
  customerForm,
  invoicePaymentsFilter,
  invoicesFilter,
  portalForm,
  priceForm,
  pricesFilter,
  subscriptionsFilter,
} from './billing.forms.ts';
import type { CheckoutSessions } from './checkout-sessions.ts';
import type { Customers } from './customers.ts';
import { type Form, readForm } from './form.ts';
import { listForm, listPage } from './lists.ts';
import type { Prices } from './prices.ts';
import type { Store } from './store.ts';
import { hasEnded, type Subscriptions } from './subscriptions.ts';

const nothing = z.strictObject({});

interface Billing {
  readonly customers: Customers;
  readonly prices: Prices;
  readonly checkouts: CheckoutSessions;
  readonly subscriptions: Subscriptions;
}

/** The part of Stripe's API that charges by the month, https://docs.stripe.com/billing */
export function billingOperations(
  store: Store,
  { customers, prices, checkouts, subscriptions }: Billing,
): Operation[] {
  const { tables } = store;
  const get = (url: string, run: Operation['run']): Operation => ({ method: 'GET', url, run });
  const post = (url: string, run: Operation['run']): Operation => ({ method: 'POST', url, run });
  const noParameters = (form: Form) => void readForm(nothing, form);
  const retrieve = (url: string, kind: 'customer' | 'price' | 'product' | 'subscription' | 'invoice') =>
    get(`${url}/:id`, ({ id, form }) => {
      noParameters(form);
      return store.get(kind, id);
    });
  return [
    post('/customers', ({ form, cause }) => customers.create(readForm(customerForm, form), cause)),
    retrieve('/customers', 'customer'),
    post('/prices', ({ form, cause }) => prices.create(readForm(priceForm, form), cause)),
    retrieve('/prices', 'price'),
    retrieve('/products', 'product'),
    get('/prices', ({ form }) => {
      const { active, lookup_keys: keys, product, ...input } = readForm(listForm.extend(pricesFilter), form);
      return listPage(keys ? prices.byKeys(keys) : tables.price.values(), input, {
        kind: 'price',
        url: '/v1/prices',
        filter: (price) =>
          (active === undefined || price.active === active) &&
          (product === undefined || price.product === product),
      });
    }),
    post('/checkout/sessions', ({ form }) => checkouts.create(readForm(checkoutForm, form))),
    get('/checkout/sessions/:id', ({ id, form }) => {
      noParameters(form);
      return checkouts.get(id);
    }),
    post('/checkout/sessions/:id/expire', ({ id, form, cause }) => {
      noParameters(form);
      return checkouts.expire(id, cause);
    }),
    post('/billing_portal/sessions', ({ form }) => checkouts.portal(readForm(portalForm, form))),
    retrieve('/subscriptions', 'subscription'),
    {
      method: 'DELETE',
      url: '/subscriptions/:id',
      run: ({ id, form, cause }) => {
        noParameters(form);
        return subscriptions.cancel(id, cause);
      },
    },
    get('/subscriptions', ({ form }) => {
      const { customer, status, ...input } = readForm(listForm.extend(subscriptionsFilter), form);
      // Without a status those that have ended are left out, https://docs.stripe.com/api/subscriptions/list
      const isAsked = (subscription: Stripe.Subscription) =>
        status === undefined ? !hasEnded(subscription) : status === 'all' || subscription.status === status;
      return listPage(tables.subscription.values(), input, {
        kind: 'subscription',
        url: '/v1/subscriptions',
        filter: (subscription) =>
          isAsked(subscription) && (customer === undefined || subscription.customer === customer),
      });
    }),
    retrieve('/invoices', 'invoice'),
    get('/invoices', ({ form }) => {
      const { customer, status, subscription, ...input } = readForm(listForm.extend(invoicesFilter), form);
      return listPage(tables.invoice.values(), input, {
        kind: 'invoice',
        url: '/v1/invoices',
        filter: (invoice) =>
          (status === undefined || invoice.status === status) &&
          (customer === undefined || invoice.customer === customer) &&
          (subscription === undefined || invoice.parent?.subscription_details?.subscription === subscription),
      });
    }),
    get('/invoice_payments', ({ form }) => {
      const { invoice, status, ...input } = readForm(listForm.extend(invoicePaymentsFilter), form);
      return listPage(tables.invoice_payment.values(), input, {
        kind: 'invoice_payment',
        url: '/v1/invoice_payments',
        filter: (payment) =>
          (invoice === undefined || payment.invoice === invoice) &&
          (status === undefined || payment.status === status),
      });
    }),
  ];
}
