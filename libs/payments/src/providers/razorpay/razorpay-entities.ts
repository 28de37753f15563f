import { z } from 'zod';

/** Razorpay writes no notes as an empty list. */
const Notes = z.preprocess(
  (notes) => (Array.isArray(notes) || notes === null ? {} : notes),
  z.record(z.string(), z.unknown()),
);
/** Minor units, as ISO 4217 counts them. */
const Amount = z.int().min(0);

/** https://razorpay.com/docs/api/orders/entity/ */
export const OrderEntity = z.object({
  id: z.string().min(1),
  amount: Amount,
  currency: z.string(),
  receipt: z.string().nullish(),
  /** Seconds since 1970. */
  created_at: z.int(),
});
export type OrderEntity = z.output<typeof OrderEntity>;

/** One attempt to pay an order: https://razorpay.com/docs/api/payments/entity/ */
export const PaymentEntity = z.object({
  id: z.string().min(1),
  amount: Amount,
  currency: z.string(),
  status: z.enum(['created', 'authorized', 'captured', 'refunded', 'failed']),
  /** Whether the money became ours: a payment that nobody captured is `refunded`, too. */
  captured: z.boolean().nullish(),
  order_id: z.string().nullish(),
  /** Seconds since 1970. */
  created_at: z.int(),
  error_code: z.string().nullish(),
  error_reason: z.string().nullish(),
});
export type PaymentEntity = z.output<typeof PaymentEntity>;

/** https://razorpay.com/docs/api/refunds/entity/ */
export const RefundEntity = z.object({
  id: z.string().min(1),
  payment_id: z.string(),
  amount: Amount,
  currency: z.string(),
  status: z.enum(['pending', 'processed', 'failed']),
  notes: Notes.default({}),
});
export type RefundEntity = z.output<typeof RefundEntity>;

export const collectionOf = <T extends z.ZodType>(entity: T) => z.object({ items: z.array(entity) });

/** https://razorpay.com/docs/api/errors/ */
export const Failure = z.object({
  error: z.object({
    code: z.string(),
    description: z.string().nullish(),
    reason: z.string().nullish(),
  }),
});
