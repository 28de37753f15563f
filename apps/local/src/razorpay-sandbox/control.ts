import { createHmac } from 'node:crypto';
import { WebhookControl, type WebhookParts } from '../payment-sandbox/webhook-control.ts';
import type { Disputes } from './disputes.ts';
import type { Dispute, Order, Payment, RazorpayEvent, Refund } from './entities.ts';
import { badRequest } from './errors.ts';
import type { LinkedAccounts } from './linked-accounts.ts';
import type { Attempt, Payments } from './payments.ts';
import type { Refunds } from './refunds.ts';
import type { LinkedAccount, Product, Reversal, Transfer } from './route-entities.ts';
import type { Store } from './store.ts';
import type { Transfers } from './transfers.ts';

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
  readonly disputes: Disputes;
  readonly accounts: LinkedAccounts;
  readonly transfers: Transfers;
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

  /** Pays at an account whose payers bear the fee. Errors: as `pay`'s. */
  payWithFee(orderId: string): Payment {
    return this.lives.payments.payWithFee(orderId);
  }

  /** Every dispute, oldest first. */
  allDisputes(): Dispute[] {
    return [...this.lives.store.tables.dispute.values()];
  }

  /** The patient's bank disputes a payment, or a part of it. Errors: 400 when nothing of it is left. */
  dispute(paymentId: string, how: Parameters<Disputes['open']>[1] = {}): Dispute {
    return this.lives.disputes.open(paymentId, how);
  }

  /** Evidence was sent in the dashboard. Errors: 400 when it is decided, as for the next two. */
  contestDispute(disputeId: string): Dispute {
    return this.lives.disputes.contest(disputeId);
  }

  /** The evidence was not enough. */
  askForMoreEvidence(disputeId: string): Dispute {
    return this.lives.disputes.askForMore(disputeId);
  }

  closeDispute(disputeId: string, status: 'won' | 'lost' | 'closed'): Dispute {
    return this.lives.disputes.close(disputeId, status);
  }

  /** Every linked account, oldest first. */
  accounts(): LinkedAccount[] {
    return [...this.lives.store.tables.account.values()];
  }

  /** What linked accounts have asked for, oldest first. */
  products(): Product[] {
    return [...this.lives.store.tables.product.values()];
  }

  /** Whether bank accounts that are told from now on wait for `decideAccount`. */
  reviewAccounts(reviews: boolean): void {
    this.lives.accounts.reviews = reviews;
  }

  /** Razorpay has looked at the bank account of a linked account. Errors: 400. */
  decideAccount(accountId: string, status: 'activated' | 'needs_clarification'): Product {
    return this.lives.accounts.decide(accountId, status);
  }

  /** Errors: 400. */
  suspendAccount(accountId: string): LinkedAccount {
    return this.lives.accounts.suspend(accountId);
  }

  /** Every transfer, oldest first. */
  allTransfers(): Transfer[] {
    return [...this.lives.store.tables.transfer.values()];
  }

  /** Whether new transfers wait for `settleTransfer`. */
  slowTransfers(slow: boolean): void {
    this.lives.transfers.slow = slow;
  }

  /** Errors: 400 when it does not wait. */
  settleTransfer(transferId: string, status: 'processed' | 'failed'): Transfer {
    return this.lives.transfers.settle(transferId, status);
  }

  /** A transfer taken back in the dashboard, of which no webhook tells. Errors: 400 when that is more than is left. */
  reverseTransfer(transferId: string, amount?: number): Reversal {
    return this.lives.transfers.reverse(transferId, amount);
  }
}
