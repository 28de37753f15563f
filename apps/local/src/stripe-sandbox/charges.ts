import type Stripe from 'stripe';
import { unixNow } from '../payment-sandbox/random-text.ts';
import { processingFee } from './amounts.ts';
import type { Balance } from './balance.ts';
import type { Cause, EventLog } from './events.ts';
import { stripeId } from './ids.ts';
import type { Store } from './store.ts';
import type { Decline } from './test-cards.ts';

/** Money taken from a card, or refused by it. */
export class Charges {
  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
    private readonly balance: Balance,
  ) {}

  /** Takes the intent's whole amount. */
  succeed(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod, cause: Cause): Stripe.Charge {
    const charge: Stripe.Charge = {
      ...this.draft(intent, method),
      amount_captured: intent.amount,
      captured: true,
      paid: true,
      outcome: {
        advice_code: null,
        network_advice_code: null,
        network_decline_code: null,
        network_status: 'approved_by_network',
        reason: null,
        risk_level: 'normal',
        seller_message: 'Payment complete.',
        type: 'authorized',
      },
      status: 'succeeded',
    };
    this.add(charge);
    this.log.record('charge.succeeded', charge, cause);
    return charge;
  }

  fail(
    intent: Stripe.PaymentIntent,
    method: Stripe.PaymentMethod,
    why: Decline,
    cause: Cause,
  ): Stripe.Charge {
    const charge: Stripe.Charge = {
      ...this.draft(intent, method),
      failure_code: why.code,
      failure_message: why.message,
      outcome: {
        advice_code: null,
        network_advice_code: null,
        network_decline_code: null,
        network_status: 'declined_by_network',
        reason: why.declineCode,
        risk_level: 'normal',
        seller_message: 'The bank refused the payment.',
        type: 'issuer_declined',
      },
      status: 'failed',
    };
    this.add(charge);
    this.log.record('charge.failed', charge, cause);
    return charge;
  }

  /**
   * Books the charge and its fee on the balance. With the asynchronous capture that Stripe uses by default
   * this comes after `charge.succeeded`, whose charge has no balance transaction yet.
   */
  settle(charge: Stripe.Charge): void {
    const booked = this.balance.book({
      amount: charge.amount,
      fee: processingFee(charge.amount),
      currency: charge.currency,
      description: charge.description,
      source: charge.id,
      type: 'charge',
    });
    this.change(
      charge,
      'charge.updated',
      { balance_transaction: booked.id },
      { id: null, idempotency_key: null },
    );
  }

  /** Changes a charge and says so in an event. */
  change(
    charge: Stripe.Charge,
    type: Stripe.Event['type'],
    changes: Partial<Stripe.Charge>,
    cause: Cause,
  ): void {
    const before = structuredClone(charge);
    Object.assign(charge, changes);
    this.log.record(type, charge, cause, before);
  }

  private add(charge: Stripe.Charge): void {
    this.store.tables.charge.set(charge.id, charge);
  }

  private draft(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): Stripe.Charge {
    const card = method.card as Stripe.PaymentMethod.Card;
    return {
      id: stripeId('ch'),
      object: 'charge',
      amount: intent.amount,
      amount_captured: 0,
      amount_refunded: 0,
      application: null,
      application_fee: null,
      application_fee_amount: null,
      balance_transaction: null,
      billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
      calculated_statement_descriptor: intent.statement_descriptor_suffix,
      captured: false,
      created: unixNow(),
      currency: intent.currency,
      customer: null,
      description: intent.description,
      disputed: false,
      failure_balance_transaction: null,
      failure_code: null,
      failure_message: null,
      fraud_details: {},
      livemode: false,
      metadata: { ...intent.metadata },
      on_behalf_of: null,
      outcome: null,
      paid: false,
      payment_intent: intent.id,
      payment_method: method.id,
      payment_method_details: {
        card: {
          amount_authorized: intent.amount,
          authorization_code: null,
          brand: card.brand,
          checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
          country: card.country,
          electronic_commerce_indicator: null,
          exp_month: card.exp_month,
          exp_year: card.exp_year,
          funding: card.funding,
          installments: null,
          last4: card.last4,
          mandate: null,
          network: card.brand,
          network_transaction_id: null,
          regulated_status: card.regulated_status,
          three_d_secure: null,
          transaction_link_id: null,
          wallet: null,
        },
        type: 'card',
      },
      receipt_email: intent.receipt_email,
      receipt_number: null,
      receipt_url: null,
      refunded: false,
      review: null,
      shipping: null,
      source: null,
      source_transfer: null,
      statement_descriptor: null,
      statement_descriptor_suffix: intent.statement_descriptor_suffix,
      status: 'failed',
      transfer_data: null,
      transfer_group: intent.transfer_group,
    };
  }
}
