import { z } from 'zod';

/** Razorpay writes no notes as an empty list. */
const Notes = z.preprocess(
  (notes) => (Array.isArray(notes) || notes === null ? {} : notes),
  z.record(z.string(), z.unknown()),
);
/** Minor units, as ISO 4217 counts them. */
const Amount = z.int().min(0);
/** Seconds since 1970. */
const Seconds = z.int();

/** One attempt to pay an order: https://razorpay.com/docs/api/payments/entity/ */
export const PaymentEntity = z.object({
  id: z.string().min(1),
  amount: Amount,
  currency: z.string(),
  status: z.enum(['created', 'authorized', 'captured', 'refunded', 'failed']),
  /** Whether the money became ours: a payment that nobody captured is `refunded`, too. */
  captured: z.boolean().nullish(),
  order_id: z.string().nullish(),
  /** What Razorpay kept, with its tax, in the currency that it settles in; none before it is captured. */
  fee: Amount.nullish(),
  created_at: Seconds,
  error_code: z.string().nullish(),
  error_reason: z.string().nullish(),
});
export type PaymentEntity = z.output<typeof PaymentEntity>;

/** https://razorpay.com/docs/api/orders/entity/ */
export const OrderEntity = z.object({
  id: z.string().min(1),
  amount: Amount,
  currency: z.string(),
  receipt: z.string().nullish(),
  created_at: Seconds,
});
export type OrderEntity = z.output<typeof OrderEntity>;

/** https://razorpay.com/docs/api/orders/fetch-all-expanded-payments/ */
export const OrderWithPayments = OrderEntity.extend({
  payments: z.object({ items: z.array(PaymentEntity) }),
});

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

/** https://razorpay.com/docs/api/disputes/entity/ */
export const DisputeEntity = z.object({
  id: z.string().min(1),
  payment_id: z.string(),
  amount: Amount,
  currency: z.string(),
  /** What was taken of the balance: when the dispute is lost, or at its onset. */
  amount_deducted: Amount.nullish(),
  reason_code: z.string(),
  respond_by: Seconds.nullish(),
  status: z.string(),
  phase: z.string().nullish(),
  created_at: Seconds,
});
export type DisputeEntity = z.output<typeof DisputeEntity>;

/** https://razorpay.com/docs/api/payments/route/linked-account-entity/ */
export const AccountEntity = z.object({
  id: z.string().min(1),
  status: z.string(),
  notes: Notes.default({}),
});

export const StakeholderEntity = z.object({ id: z.string().min(1) });

const Requirement = z.object({ field_reference: z.string(), reason_code: z.string().nullish() });
export type Requirement = z.output<typeof Requirement>;

/** https://razorpay.com/docs/api/payments/route/product-configuration-entity/ */
export const ProductEntity = z.object({
  id: z.string().min(1),
  activation_status: z.string().nullish(),
  requirements: z.array(Requirement).nullish(),
});
export type ProductEntity = z.output<typeof ProductEntity>;

/** What a webhook tells of a product: https://razorpay.com/docs/webhooks/route/ */
export const ProductNews = z.object({
  entity: z.object({ id: z.string(), merchant_id: z.string(), activation_status: z.string() }),
  data: z.union([z.object({ requirements: z.array(Requirement) }), z.unknown()]),
});

/** https://razorpay.com/docs/api/payments/route/transfers-entity/ */
export const TransferEntity = z.object({
  id: z.string().min(1),
  /** Older webhooks have none. */
  status: z
    .enum(['created', 'pending', 'processed', 'failed', 'reversed', 'partially_reversed'])
    .nullish()
    .catch(null),
  recipient: z.string(),
  amount: Amount,
  amount_reversed: Amount.nullish(),
  currency: z.string(),
  /** What Razorpay asked for it, with its tax. */
  fees: Amount.nullish(),
  notes: Notes.default({}),
  error: z.object({ code: z.string().nullish(), reason: z.string().nullish() }).nullish(),
});
export type TransferEntity = z.output<typeof TransferEntity>;

export const collectionOf = <T extends z.ZodType>(entity: T) => z.object({ items: z.array(entity) });

/** https://razorpay.com/docs/api/errors/ */
export const Failure = z.object({
  error: z.object({
    code: z.string(),
    description: z.string().nullish(),
    reason: z.string().nullish(),
    field: z.string().nullish(),
  }),
});
