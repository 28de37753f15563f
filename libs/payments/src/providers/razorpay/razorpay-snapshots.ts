import { isId, money } from '#kernel';
import type { DisputeStatus } from '../../disputes/dispute.entity.ts';
import type { RefundStatus } from '../../refunds/refund.entity.ts';
import type {
  DisputeSnapshot,
  PaymentSnapshot,
  ProviderIntent,
  RefundSnapshot,
} from '../payment-provider.ts';
import type { DisputeEntity, OrderEntity, PaymentEntity, RefundEntity } from './razorpay-entities.ts';

/** Our id of a refund, as Razorpay keeps it in the notes. */
export const REFUND_ID = 'refund_id';

/**
 * An order, seen by the attempts to pay it: one that took the money speaks for it, then one that may, then the
 * last that did not.
 * @param attempts the newest first
 */
export function orderSnapshot(order: OrderEntity, attempts: readonly PaymentEntity[]): PaymentSnapshot {
  const speaks =
    attempts.find(isCaptured) ??
    attempts.find(({ status }) => status === 'authorized') ??
    attempts.find(({ status }) => status === 'created') ??
    attempts[0];
  const paymentId = order.receipt && isId(order.receipt) ? order.receipt : null;
  if (speaks) return { ...attemptSnapshot(speaks), reference: order.id, paymentId };
  return {
    kind: 'payment',
    reference: order.id,
    paymentId,
    status: 'created',
    received: money(0, order.currency),
    awaitsCapture: false,
    failureCode: null,
  };
}

/** https://razorpay.com/docs/payments/payments/#payment-life-cycle */
export function attemptSnapshot(attempt: PaymentEntity): PaymentSnapshot {
  const { amount, currency, status } = attempt;
  const paid = isCaptured(attempt);
  const isUnderWay = status === 'created' || status === 'authorized';
  return {
    kind: 'payment',
    reference: referenceOf(attempt),
    paymentId: null,
    status: paid ? 'succeeded' : isUnderWay ? 'processing' : 'failed',
    received: money(paid ? amount : 0, currency),
    awaitsCapture: status === 'authorized',
    failureCode: paid || isUnderWay ? null : failureCodeOf(attempt),
  };
}

/** The order. A payment without one is none of ours. */
export function referenceOf({ id, order_id: orderId }: Pick<PaymentEntity, 'id' | 'order_id'>): string {
  return orderId ?? id;
}

/** Also when it was given back since. */
export function isCaptured({ status, captured }: PaymentEntity): boolean {
  return status === 'captured' || captured === true;
}

function failureCodeOf({ status, error_code: code, error_reason: reason }: PaymentEntity): string {
  // What nobody took went back to the payer by itself.
  if (status === 'refunded') return 'capture_expired';
  return reason ?? code ?? 'payment_failed';
}

const REFUND_STATUS: Readonly<Record<RefundEntity['status'], RefundStatus>> = {
  pending: 'pending',
  processed: 'succeeded',
  failed: 'failed',
};

export function refundSnapshot(refund: RefundEntity, orderId: string): RefundSnapshot {
  const refundId = refund.notes[REFUND_ID];
  return {
    kind: 'refund',
    reference: refund.id,
    refundId: typeof refundId === 'string' && isId(refundId) ? refundId : null,
    paymentReference: orderId,
    status: REFUND_STATUS[refund.status],
    amount: money(refund.amount, refund.currency),
    failureCode: refund.status === 'failed' ? 'refund_failed' : null,
  };
}

const DISPUTE_STATUS: Readonly<Record<string, DisputeStatus>> = {
  under_review: 'under_review',
  won: 'won',
  lost: 'lost',
  closed: 'closed',
};
/** The bank suspects or asks, and takes nothing. */
const INQUIRIES: ReadonlySet<string> = new Set(['fraud', 'retrieval']);

/**
 * https://razorpay.com/docs/payments/disputes/: whatever else it is called, somebody has to look at it. Some
 * accounts are charged when a dispute begins, the others when it is lost; both tell the sum, and none its way back.
 */
export function disputeSnapshot(
  dispute: DisputeEntity,
  orderId: string,
  asOf: Temporal.Instant,
): DisputeSnapshot {
  const { amount, currency, status, phase, respond_by: respondBy } = dispute;
  const known = DISPUTE_STATUS[status] ?? 'needs_response';
  const isInquiry = INQUIRIES.has(phase ?? '') && (known === 'needs_response' || known === 'under_review');
  const isOurs = known === 'won' || known === 'closed';
  return {
    kind: 'dispute',
    reference: dispute.id,
    paymentReference: orderId,
    status: isInquiry ? 'inquiry' : known,
    amount: money(amount, currency),
    reason: dispute.reason_code,
    answerBy: respondBy ? Temporal.Instant.fromEpochMilliseconds(respondBy * 1000) : null,
    withdrawn: money(isOurs ? 0 : (dispute.amount_deducted ?? 0), currency),
    movements: null,
    asOf,
  };
}

/** What the browser needs of an order is its id, and the public key. */
export function intentOf(snapshot: PaymentSnapshot, sandbox: string | undefined): ProviderIntent {
  return {
    ...snapshot,
    clientSecret: snapshot.reference,
    checkoutUrl: sandbox ? new URL(`/pay/${snapshot.reference}`, sandbox).href : null,
  };
}
