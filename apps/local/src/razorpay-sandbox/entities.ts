/** Razorpay's objects as they are on its wire; the parts in use. Times are seconds since 1970, amounts minor units. */
export type Notes = Record<string, string>;

/** https://razorpay.com/docs/api/orders/entity/ */
export interface Order {
  id: string;
  entity: 'order';
  amount: number;
  amount_paid: number;
  amount_due: number;
  currency: string;
  receipt: string | null;
  offer_id: null;
  status: 'created' | 'attempted' | 'paid';
  attempts: number;
  /** An empty list when there are none, as Razorpay writes it. */
  notes: Notes | [];
  created_at: number;
}

/** https://razorpay.com/docs/api/payments/entity/ */
export interface Payment {
  id: string;
  entity: 'payment';
  amount: number;
  /** In the currency that Razorpay settles in, as are its fee and tax. */
  base_amount: number;
  currency: string;
  status: 'created' | 'authorized' | 'captured' | 'refunded' | 'failed';
  order_id: string;
  invoice_id: null;
  international: boolean;
  method: 'card';
  amount_refunded: number;
  refund_status: null | 'partial' | 'full';
  captured: boolean;
  description: string | null;
  card_id: string;
  bank: null;
  wallet: null;
  vpa: null;
  email: string;
  contact: string;
  notes: Notes | [];
  fee: number | null;
  fee_bearer: 'platform' | 'customer';
  tax: number | null;
  error_code: string | null;
  error_description: string | null;
  error_source: string | null;
  error_step: string | null;
  error_reason: string | null;
  acquirer_data: { auth_code: string | null };
  created_at: number;
}

/** https://razorpay.com/docs/api/refunds/entity/ */
export interface Refund {
  id: string;
  entity: 'refund';
  amount: number;
  currency: string;
  payment_id: string;
  notes: Notes | [];
  receipt: string | null;
  acquirer_data: { arn: string | null };
  created_at: number;
  batch_id: null;
  status: 'pending' | 'processed' | 'failed';
  speed_processed: 'normal';
  speed_requested: 'normal' | 'optimum';
}

/** https://razorpay.com/docs/api/disputes/entity/ */
export interface Dispute {
  id: string;
  entity: 'dispute';
  payment_id: string;
  amount: number;
  currency: string;
  amount_deducted: number;
  reason_code: string;
  reason_description: string;
  respond_by: number;
  status: 'open' | 'under_review' | 'won' | 'lost' | 'closed';
  phase: 'fraud' | 'retrieval' | 'chargeback' | 'pre_arbitration' | 'arbitration';
  created_at: number;
  evidence: { amount: number; summary: string | null; submitted_at: number | null };
}

export type EventType =
  | 'payment.authorized'
  | 'payment.captured'
  | 'payment.failed'
  | 'order.paid'
  | 'refund.created'
  | 'refund.processed'
  | 'refund.failed'
  | 'payment.dispute.created'
  | 'payment.dispute.under_review'
  | 'payment.dispute.action_required'
  | 'payment.dispute.won'
  | 'payment.dispute.lost'
  | 'payment.dispute.closed'
  | 'transfer.processed'
  | 'transfer.failed'
  | 'product.route.under_review'
  | 'product.route.needs_clarification'
  | 'product.route.activated'
  | 'account.suspended';

/** A webhook's body, https://razorpay.com/docs/webhooks/payloads/ */
interface EventBody {
  entity: 'event';
  account_id: string;
  event: EventType;
  contains: string[];
  /** Beside the entity of a product stands what is missing, in `data`. */
  payload: Record<string, { entity: object; data?: unknown }>;
  created_at: number;
}

/** The id travels in a header; Razorpay writes none into the body. */
export interface RazorpayEvent {
  id: string;
  body: EventBody;
}
