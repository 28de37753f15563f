import { createHmac } from 'node:crypto';
import { WebhookControl, type WebhookParts } from '../payment-sandbox/webhook-control.ts';
import type { Order, Payment, RazorpayEvent, Refund } from './entities.ts';
import { badRequest } from './errors.ts';
import type { Attempt, Payments } from './payments.ts';
import type { Refunds } from './refunds.ts';
import type { Store } from './store.ts';

/** What Razorpay's checkout gives to its `handler`: https://razorpay.com/docs/payments/payment-gateway/web-integration/ */
export interface CheckoutResult {
  readonly razorpay_payment_id: string;
  readonly razorpay_order_id: string;
  readonly razorpay_signature: string;
}

interface Lives {
  readonly store: Store;
  readonly payments: Payments;
  readonly refunds: Refunds;
  readonly keySecret: string;
}

/** What a test or a person does to the sandbox from outside; `/_sandbox/` offers the same over HTTP. */
export class RazorpayControl extends WebhookControl<RazorpayEvent> {
  constructor(
    parts: WebhookParts<RazorpayEvent>,
    private readonly lives: Lives,
  ) {
    super(parts);
  }

  /** Every order, oldest first. */
  orders(): Order[] {
    return [...this.lives.store.tables.order.values()];
  }

  /** Every attempt to pay, oldest first. */
  payments(): Payment[] {
    return [...this.lives.store.tables.payment.values()];
  }

  /** Every refund, oldest first. */
  allRefunds(): Refund[] {
    return [...this.lives.store.tables.refund.values()];
  }

  /** Pays as a person would, or tries to. Errors: 400 for an unknown order, or one that is paid. */
  pay(orderId: string, how: Attempt = 'paid'): Payment {
    return this.lives.payments.attempt(orderId, how);
  }

  /** What the checkout hands to the browser after an attempt that took the money. Errors: 400. */
  checkoutResult(paymentId: string): CheckoutResult {
    const { id, order_id: orderId, status } = this.lives.store.payment(paymentId);
    if (status !== 'captured' && status !== 'authorized') throw badRequest(`The payment is ${status}`);
    const hmac = createHmac('sha256', this.lives.keySecret).update(`${orderId}|${id}`);
    return { razorpay_payment_id: id, razorpay_order_id: orderId, razorpay_signature: hmac.digest('hex') };
  }

  /** The bank has spoken at last, also of an attempt that failed: a late authorisation. Errors: 400. */
  settlePayment(paymentId: string, outcome: 'authorized' | 'failed'): Payment {
    return this.lives.payments.settle(paymentId, outcome);
  }

  /** An authorised payment that nobody captured in time goes back by itself. Errors: 400. */
  returnUncaptured(paymentId: string): Refund {
    return this.lives.refunds.returnUncaptured(paymentId);
  }

  /** A refund made in Razorpay's dashboard, which the API hears of only by webhook. Errors: as the API's. */
  refund(paymentId: string, amount?: number): Refund {
    return this.lives.refunds.create(paymentId, { amount, speed: 'normal' });
  }

  /** Whether new refunds wait for `settleRefund`. */
  slowRefunds(slow: boolean): void {
    this.lives.refunds.slow = slow;
  }

  /** Errors: 400 when the refund is at its end. */
  settleRefund(refundId: string, status: 'processed' | 'failed'): Refund {
    return this.lives.refunds.settle(refundId, status);
  }
}
