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

export type EventType =
  | 'payment.authorized'
  | 'payment.captured'
  | 'payment.failed'
  | 'order.paid'
  | 'refund.created'
  | 'refund.processed'
  | 'refund.failed';

/** A webhook's body, https://razorpay.com/docs/webhooks/payloads/ */
interface EventBody {
  entity: 'event';
  account_id: string;
  event: EventType;
  contains: string[];
  payload: Record<string, { entity: object }>;
  created_at: number;
}

/** The id travels in a header; Razorpay writes none into the body. */
export interface RazorpayEvent {
  id: string;
  body: EventBody;
}
