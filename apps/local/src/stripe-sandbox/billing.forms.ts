import { z } from 'zod';
import { flag, integer, metadata, text, url } from './form.ts';

export const customerForm = z.strictObject({
  description: text.optional(),
  email: text.optional(),
  metadata: metadata.optional(),
  name: text.optional(),
});

export const priceForm = z.strictObject({
  currency: text.toLowerCase(),
  lookup_key: text.max(200).optional(),
  metadata: metadata.optional(),
  nickname: text.optional(),
  product: text.optional(),
  product_data: z.strictObject({ name: text, metadata: metadata.optional() }).optional(),
  recurring: z.strictObject({ interval: z.literal('month'), interval_count: integer.optional() }),
  unit_amount: integer,
});

export const checkoutForm = z.strictObject({
  cancel_url: url.optional(),
  client_reference_id: text.max(200).optional(),
  customer: text,
  line_items: z.array(z.strictObject({ price: text, quantity: integer })).length(1),
  metadata: metadata.optional(),
  mode: z.literal('subscription'),
  subscription_data: z.strictObject({ metadata: metadata.optional() }).optional(),
  success_url: url,
});

export const portalForm = z.strictObject({ customer: text, return_url: url.optional() });

export const pricesFilter = {
  active: flag.optional(),
  lookup_keys: z.array(text).max(10).optional(),
  product: text.optional(),
};
export const subscriptionsFilter = { customer: text.optional(), status: text.optional() };
export const invoicesFilter = {
  customer: text.optional(),
  status: text.optional(),
  subscription: text.optional(),
};
export const invoicePaymentsFilter = { invoice: text.optional(), status: text.optional() };
