import { z } from 'zod';
import { flag, integer, metadata, text, url } from './form.ts';

export const createIntentForm = z.strictObject({
  amount: integer,
  currency: text,
  automatic_payment_methods: z
    .strictObject({ enabled: flag, allow_redirects: z.enum(['always', 'never']).optional() })
    .optional(),
  capture_method: z.enum(['automatic', 'automatic_async']).default('automatic_async'),
  confirm: flag.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  payment_method: text.optional(),
  payment_method_types: z.array(z.literal('card')).optional(),
  receipt_email: text.optional(),
  return_url: url.optional(),
  statement_descriptor_suffix: text.max(22).optional(),
  transfer_group: text.optional(),
});

export const confirmForm = z.strictObject({
  client_secret: text.optional(),
  payment_method: text.optional(),
  receipt_email: text.optional(),
  return_url: url.optional(),
  /** Stripe.js always sends it; the page of this sandbox authenticates either way. */
  use_stripe_sdk: flag.optional(),
});

export const cancelForm = z.strictObject({
  cancellation_reason: z
    .enum(['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'])
    .nullable()
    .default(null),
});
