import { z } from 'zod';
import { isId, type Money, money } from '#kernel';
import { unreadableWebhook } from '../../payments.errors.ts';
import type { RefundStatus } from '../../refunds/refund.entity.ts';
import type {
  PaymentSnapshot,
  ProviderEvent,
  ProviderIntent,
  ProviderNews,
  RefundSnapshot,
} from '../payment-provider.ts';
import { type OrderEntity, PaymentEntity, RefundEntity } from './razorpay-entities.ts';

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
function attemptSnapshot(attempt: PaymentEntity): PaymentSnapshot {
  const { id, amount, currency, order_id: orderId, status } = attempt;
  const paid = isCaptured(attempt);
  const isUnderWay = status === 'created' || status === 'authorized';
  return {
    kind: 'payment',
    // A payment without an order is none of ours.
    reference: orderId ?? id,
    paymentId: null,
    status: paid ? 'succeeded' : isUnderWay ? 'processing' : 'failed',
    received: money(paid ? amount : 0, currency),
    awaitsCapture: status === 'authorized',
    failureCode: paid || isUnderWay ? null : failureCodeOf(attempt),
  };
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
    amount: amountOf(refund),
    failureCode: refund.status === 'failed' ? 'refund_failed' : null,
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

const Told = z.object({ event: z.string().min(1) });

/** The events that mean something to us (https://razorpay.com/docs/webhooks/payloads/). */
const ABOUT: Readonly<Record<string, 'payment' | 'refund'>> = {
  'payment.authorized': 'payment',
  'payment.captured': 'payment',
  'payment.failed': 'payment',
  'order.paid': 'payment',
  'refund.created': 'refund',
  'refund.processed': 'refund',
  'refund.failed': 'refund',
};

/**
 * @param id from the header `x-razorpay-event-id`
 * @throws invalid `webhook_unreadable`
 */
export function providerEvent(id: unknown, body: unknown): ProviderEvent {
  const told = Told.safeParse(body);
  const named = z.string().min(1).max(255).safeParse(id);
  if (!told.success || !named.success) throw unreadableWebhook();
  return { id: named.data, type: told.data.event, isKnown: told.data.event in ABOUT };
}

const PaymentNews = z.object({ payload: z.object({ payment: z.object({ entity: PaymentEntity }) }) });
const RefundNews = z.object({
  payload: z.object({
    refund: z.object({ entity: RefundEntity }),
    payment: z.object({ entity: PaymentEntity }),
  }),
});

export function newsIn(body: unknown): ProviderNews | null {
  if (ABOUT[Told.parse(body).event] !== 'refund') {
    return attemptSnapshot(PaymentNews.parse(body).payload.payment.entity);
  }
  const { refund, payment } = RefundNews.parse(body).payload;
  // What nobody captured goes back by itself: it was never in the books.
  if (!isCaptured(payment.entity)) return null;
  return refundSnapshot(refund.entity, payment.entity.order_id ?? payment.entity.id);
}

function amountOf({ amount, currency }: { amount: number; currency: string }): Money {
  return money(amount, currency);
}
