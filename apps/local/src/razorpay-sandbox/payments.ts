import type { Faults } from '../payment-sandbox/faults.ts';
import { unixNow } from '../payment-sandbox/random-text.ts';
import type { Order, Payment } from './entities.ts';
import { badRequest } from './errors.ts';
import type { EventLog } from './events.ts';
import { razorpayId, type Store } from './store.ts';

/** How an attempt to pay ends at first. */
export type Attempt =
  | 'paid'
  | 'declined'
  /** The bank is silent; `settle` says what became of it. */
  | 'pending'
  /** Authorised, but not captured even where the order asks for it. */
  | 'uncaptured';

/** About what Razorpay takes, in tenths of a percent; the rest of the fee is tax. */
const FEE_PER_MILLE = 20;
const TAX_PER_CENT = 18;
/** Paise for a minor unit, about. */
const RATES: Readonly<Record<string, number>> = { INR: 1, JPY: 55, KWD: 27 };
const USUAL_RATE = 85;

/** Attempts to pay orders, https://razorpay.com/docs/payments/payments/#payment-life-cycle */
export class Payments {
  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
    private readonly faults: Faults,
  ) {}

  /** A person pays, or tries to. Errors: 400 for an unknown order, or one that is paid. */
  attempt(orderId: string, how: Attempt): Payment {
    const order = this.store.order(orderId);
    if (order.status === 'paid')
      throw badRequest('Your payment has been declined as the order is already paid');
    const payment = newPayment(order);
    this.store.tables.payment.set(payment.id, payment);
    order.status = 'attempted';
    order.attempts += 1;
    this.store.touch();
    if (how === 'pending') return payment;
    const declined = how === 'declined' ? 'payment_failed' : this.faults.takeDecline('payment_failed');
    if (declined !== undefined) return this.fail(payment, declined);
    return this.authorize(payment, { capture: how === 'paid' });
  }

  /**
   * The bank has spoken at last: also after the attempt had been given up as failed, which it then turns into a
   * late authorisation. Errors: 400 for an attempt that took the money.
   */
  settle(paymentId: string, outcome: 'authorized' | 'failed'): Payment {
    const payment = this.store.payment(paymentId);
    if (payment.status !== 'created' && payment.status !== 'failed') {
      throw badRequest(`The payment is ${payment.status}`);
    }
    return outcome === 'failed'
      ? this.fail(payment, 'payment_timed_out')
      : this.authorize(payment, { capture: true });
  }

  /**
   * A person pays at an account whose payers bear the fee: the payment is more than its order. Errors: as
   * `attempt`'s.
   */
  payWithFee(orderId: string): Payment {
    const payment = this.attempt(orderId, 'pending');
    const fee = Math.ceil((payment.base_amount * FEE_PER_MILLE) / 1_000);
    const amount = payment.amount + fee;
    Object.assign(payment, { amount, base_amount: amount, fee_bearer: 'customer' });
    return this.authorize(payment, { capture: true });
  }

  /** Errors: 400 when it is captured, gone, of another amount, or its order is paid by another. */
  capture(paymentId: string, { amount, currency }: { amount: number; currency: string }): Payment {
    const payment = this.store.payment(paymentId);
    if (payment.captured) throw badRequest('This payment has already been captured');
    if (payment.status !== 'authorized') {
      throw badRequest('Only payments which have been authorized and not yet captured can be captured');
    }
    if (amount !== payment.amount || currency !== payment.currency) {
      throw badRequest('Capture amount must be equal to the amount authorized', 'amount');
    }
    const order = this.store.order(payment.order_id);
    if (order.status === 'paid') throw badRequest('The order is already paid');
    return this.take(payment, order);
  }

  private authorize(payment: Payment, { capture }: { capture: boolean }): Payment {
    const order = this.store.order(payment.order_id);
    Object.assign(payment, { status: 'authorized', ...NO_ERROR });
    this.store.touch();
    this.log.record('payment.authorized', { payment });
    const minutes = this.store.tables.capture.get(order.id);
    const isInTime = minutes !== undefined && unixNow() <= order.created_at + minutes * 60;
    return capture && isInTime && order.status !== 'paid' ? this.take(payment, order) : payment;
  }

  private take(payment: Payment, order: Order): Payment {
    const fee = Math.ceil((payment.base_amount * FEE_PER_MILLE) / 1_000);
    const tax = Math.round((fee * TAX_PER_CENT) / (100 + TAX_PER_CENT));
    Object.assign(payment, { status: 'captured', captured: true, fee, tax });
    Object.assign(order, { status: 'paid', amount_paid: order.amount, amount_due: 0 });
    this.store.touch();
    this.log.record('payment.captured', { payment });
    this.log.record('order.paid', { payment, order });
    return payment;
  }

  private fail(payment: Payment, reason: string): Payment {
    Object.assign(payment, {
      status: 'failed',
      error_code: 'BAD_REQUEST_ERROR',
      error_description: "The payment didn't go through. Try again or use another method.",
      error_source: 'bank',
      error_step: 'payment_authorization',
      error_reason: reason,
    });
    this.store.touch();
    this.log.record('payment.failed', { payment });
    return payment;
  }
}

const NO_ERROR = {
  error_code: null,
  error_description: null,
  error_source: null,
  error_step: null,
  error_reason: null,
};

function newPayment({ id, amount, currency, notes }: Order): Payment {
  return {
    id: razorpayId('pay'),
    entity: 'payment',
    amount,
    base_amount: amount * (RATES[currency] ?? USUAL_RATE),
    currency,
    status: 'created',
    order_id: id,
    invoice_id: null,
    international: currency !== 'INR',
    method: 'card',
    amount_refunded: 0,
    refund_status: null,
    captured: false,
    description: null,
    card_id: razorpayId('card'),
    bank: null,
    wallet: null,
    vpa: null,
    email: 'void@razorpay.test',
    contact: '+919999999999',
    notes,
    fee: null,
    fee_bearer: 'platform',
    tax: null,
    ...NO_ERROR,
    acquirer_data: { auth_code: null },
    created_at: unixNow(),
  };
}
