import { z } from 'zod';
import { unixNow } from '../payment-sandbox/random-text.ts';
import type { Payment, Refund } from './entities.ts';
import { badRequest } from './errors.ts';
import type { EventLog } from './events.ts';
import { notesField, notesOrNone } from './orders.ts';
import { razorpayId, type Store } from './store.ts';

/** https://razorpay.com/docs/api/refunds/create-normal/ */
export const refundBody = z.strictObject({
  amount: z.int().min(1).optional(),
  speed: z.enum(['normal', 'optimum']).default('normal'),
  notes: notesField.optional(),
  receipt: z.string().max(40).optional(),
});
type RefundInput = z.output<typeof refundBody>;

const KEY = /^[A-Za-z0-9_-]{10,}$/;

/** Money given back, whole or in parts. */
export class Refunds {
  /** For banks that take their time: new refunds stay `pending` until `settle`. */
  slow = false;

  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
  ) {}

  /**
   * @param key `X-Refund-Idempotency`: the same with the same body gives the refund again
   * Errors: 400 when nothing was captured, it is more than is left, or the key came with another body.
   */
  create(paymentId: string, input: RefundInput, key?: string): Refund {
    const payment = this.store.payment(paymentId);
    if (key === undefined) return this.make(payment, input);
    if (!KEY.test(key))
      throw badRequest('The idempotency key has to have at least 10 letters, digits, - or _');
    const request = JSON.stringify([paymentId, input]);
    const known = this.store.tables.refund_key.get(key);
    if (known && known.request !== request) {
      throw badRequest('Different request body for the same idempotency key');
    }
    if (known) return this.store.refund(known.refundId);
    const refund = this.make(payment, input);
    this.store.tables.refund_key.set(key, { request, refundId: refund.id });
    return refund;
  }

  /** The bank took it, or sent it back. Errors: 400 when it is at its end. */
  settle(refundId: string, status: 'processed' | 'failed'): Refund {
    const refund = this.store.refund(refundId);
    if (refund.status === 'failed' || refund.status === status)
      throw badRequest(`The refund is ${refund.status}`);
    const payment = this.store.payment(refund.payment_id);
    refund.status = status;
    if (status === 'failed') give(payment, -refund.amount);
    this.store.touch();
    this.log.record(status === 'failed' ? 'refund.failed' : 'refund.processed', { refund, payment });
    return refund;
  }

  /** What nobody captured in time goes back by itself. Errors: 400 when it was captured. */
  returnUncaptured(paymentId: string): Refund {
    const payment = this.store.payment(paymentId);
    if (payment.status !== 'authorized') throw badRequest(`The payment is ${payment.status}`);
    return this.record(payment, { speed: 'normal' }, payment.amount);
  }

  private make(payment: Payment, input: RefundInput): Refund {
    if (!payment.captured) throw badRequest('The payment status should be captured for action to be taken');
    const left = payment.amount - payment.amount_refunded;
    const amount = input.amount ?? left;
    if (left === 0) throw badRequest('The payment has been fully refunded already');
    if (amount > left) throw badRequest('The total refund amount is greater than the refund payment amount');
    return this.record(payment, input, amount);
  }

  private record(payment: Payment, { speed, notes, receipt }: RefundInput, amount: number): Refund {
    const refund: Refund = {
      id: razorpayId('rfnd'),
      entity: 'refund',
      amount,
      currency: payment.currency,
      payment_id: payment.id,
      notes: notesOrNone(notes),
      receipt: receipt ?? null,
      acquirer_data: { arn: null },
      created_at: unixNow(),
      batch_id: null,
      status: this.slow ? 'pending' : 'processed',
      speed_processed: 'normal',
      speed_requested: speed,
    };
    this.store.tables.refund.set(refund.id, refund);
    give(payment, amount);
    this.store.touch();
    this.log.record('refund.created', { refund, payment });
    if (!this.slow) this.log.record('refund.processed', { refund, payment });
    return refund;
  }
}

function give(payment: Payment, amount: number): void {
  payment.amount_refunded += amount;
  const isAll = payment.amount_refunded === payment.amount;
  payment.refund_status = payment.amount_refunded === 0 ? null : isAll ? 'full' : 'partial';
  payment.status = isAll ? 'refunded' : payment.captured ? 'captured' : 'authorized';
}
