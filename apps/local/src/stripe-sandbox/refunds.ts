import type Stripe from 'stripe';
import { z } from 'zod';
import { unixNow } from '../payment-sandbox/random-text.ts';
import { formatAmount } from './amounts.ts';
import type { Balance } from './balance.ts';
import type { Charges } from './charges.ts';
import { invalidRequest } from './errors.ts';
import type { Cause, EventLog } from './events.ts';
import { integer, metadata, text } from './form.ts';
import { stripeId } from './ids.ts';
import type { Store } from './store.ts';
import { testCard } from './test-cards.ts';

export const refundForm = z.strictObject({
  amount: integer.optional(),
  charge: text.optional(),
  metadata: metadata.optional(),
  payment_intent: text.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});

/** Money given back, whole or in parts, https://docs.stripe.com/refunds */
export class Refunds {
  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
    private readonly charges: Charges,
    private readonly balance: Balance,
  ) {}

  /** Errors: 404; 400 charge_already_refunded, charge_disputed, or more than is left. */
  create(input: z.output<typeof refundForm>, cause: Cause): Stripe.Refund {
    const charge = this.chargeOf(input);
    const left = charge.amount_captured - charge.amount_refunded;
    const amount = input.amount ?? left;
    if (charge.disputed) {
      throw invalidRequest(`Charge ${charge.id} is disputed and cannot be refunded.`, {
        code: 'charge_disputed',
      });
    }
    if (left === 0) {
      throw invalidRequest(`Charge ${charge.id} has already been refunded.`, {
        code: 'charge_already_refunded',
      });
    }
    if (amount < 1) {
      throw invalidRequest('A refund is a positive number of minor units.', {
        code: 'parameter_invalid_integer',
        param: 'amount',
      });
    }
    if (amount > left) {
      const [asked, rest] = [formatAmount(amount, charge.currency), formatAmount(left, charge.currency)];
      throw invalidRequest(`A refund of ${asked} is more than the ${rest} left of the charge.`, {
        param: 'amount',
      });
    }
    const testId = this.store.tables.test_card.get(charge.payment_method as string) ?? '';
    const refund: Stripe.Refund = {
      id: stripeId('re'),
      object: 'refund',
      amount,
      balance_transaction: null,
      charge: charge.id,
      created: unixNow(),
      currency: charge.currency,
      customer: null,
      customer_account: null,
      destination_details: {
        card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
        type: 'card',
      },
      metadata: input.metadata ?? {},
      payment_intent: charge.payment_intent,
      payment_method: charge.payment_method,
      reason: input.reason ?? null,
      receipt_number: null,
      source_transfer_reversal: null,
      status: testCard(testId)?.refundsPend ? 'pending' : 'succeeded',
      transfer_reversal: null,
    };
    refund.balance_transaction = this.book(refund, -amount, 'refund');
    this.store.tables.refund.set(refund.id, refund);
    this.log.record('refund.created', refund, cause);
    const returned = charge.amount_refunded + amount;
    const changes = { amount_refunded: returned, refunded: returned === charge.amount };
    this.charges.change(charge, 'charge.refunded', changes, cause);
    return refund;
  }

  /**
   * A pending refund succeeds, or any refund fails, which Stripe may report weeks after a success; the money
   * is then back on the balance and can be refunded again. Errors: 404; 400 when the refund is at its end.
   */
  settle(id: string, status: 'succeeded' | 'failed', cause: Cause): Stripe.Refund {
    const refund = this.store.get('refund', id);
    const open = refund.status === 'pending' || (refund.status === 'succeeded' && status === 'failed');
    if (!open) throw invalidRequest(`Refund ${id} is ${refund.status} and cannot become ${status}.`);
    const before = structuredClone(refund);
    refund.status = status;
    if (status === 'failed') {
      refund.failure_reason = 'lost_or_stolen_card';
      refund.failure_balance_transaction = this.book(refund, refund.amount, 'refund_failure');
      const charge = this.store.get('charge', refund.charge as string);
      Object.assign(charge, { amount_refunded: charge.amount_refunded - refund.amount, refunded: false });
      this.log.record('refund.failed', refund, cause);
    }
    this.log.record('refund.updated', refund, cause, before);
    this.log.record('charge.refund.updated', refund, cause, before);
    return refund;
  }

  private chargeOf(input: z.output<typeof refundForm>): Stripe.Charge {
    if (input.charge !== undefined) {
      const charge = this.store.get('charge', input.charge, 'charge');
      if (input.payment_intent !== undefined && charge.payment_intent !== input.payment_intent) {
        throw invalidRequest('The charge is not of this PaymentIntent.', { param: 'payment_intent' });
      }
      return this.captured(charge, 'charge');
    }
    if (input.payment_intent === undefined) {
      throw invalidRequest('A refund needs a charge or a payment_intent.', {
        code: 'parameter_missing',
        param: 'charge',
      });
    }
    const intent = this.store.get('payment_intent', input.payment_intent, 'payment_intent');
    const latest = intent.latest_charge as string | null;
    return this.captured(latest === null ? undefined : this.store.get('charge', latest), 'payment_intent');
  }

  private captured(charge: Stripe.Charge | undefined, param: string): Stripe.Charge {
    if (charge?.status === 'succeeded') return charge;
    throw invalidRequest('There is no successful charge to refund.', { param });
  }

  private book(refund: Stripe.Refund, amount: number, type: 'refund' | 'refund_failure'): string {
    const { currency, id } = refund;
    return this.balance.book({ amount, fee: 0, currency, description: null, source: id, type }).id;
  }
}
