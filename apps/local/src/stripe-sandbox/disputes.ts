import type Stripe from 'stripe';
import { unixNow } from '../payment-sandbox/random-text.ts';
import type { Balance } from './balance.ts';
import type { Charges } from './charges.ts';
import { invalidRequest } from './errors.ts';
import { type EventLog, NO_REQUEST } from './events.ts';
import { stripeId } from './ids.ts';
import type { Store } from './store.ts';

const DISPUTE_FEE = 1500;
const DAYS_TO_ANSWER = 10;

/** Chargebacks: the bank takes the money back until the dispute is decided, https://docs.stripe.com/disputes */
export class Disputes {
  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
    private readonly charges: Charges,
    private readonly balance: Balance,
  ) {}

  /** Errors: 404; 400 when the charge has not succeeded or is disputed already. */
  open(chargeId: string, reason: string): Stripe.Dispute {
    const charge = this.store.get('charge', chargeId, 'charge');
    if (charge.status !== 'succeeded' || charge.disputed) {
      throw invalidRequest(`Charge ${chargeId} cannot be disputed.`, { param: 'charge' });
    }
    const id = stripeId('du');
    const amount = charge.amount - charge.amount_refunded;
    const dispute: Stripe.Dispute = {
      id,
      object: 'dispute',
      amount,
      balance_transactions: [this.book(charge, id, -amount, DISPUTE_FEE)],
      charge: charge.id,
      created: unixNow(),
      currency: charge.currency,
      enhanced_eligibility_types: [],
      evidence: NO_EVIDENCE,
      evidence_details: {
        due_by: unixNow() + DAYS_TO_ANSWER * 86_400,
        enhanced_eligibility: {},
        has_evidence: false,
        past_due: false,
        submission_count: 0,
        submission_method: 'not_submitted',
      },
      intended_submission_method: null,
      is_charge_refundable: false,
      livemode: false,
      metadata: {},
      payment_intent: charge.payment_intent,
      reason,
      status: 'needs_response',
    };
    this.store.tables.dispute.set(id, dispute);
    this.log.record('charge.dispute.created', dispute, NO_REQUEST);
    this.log.record('charge.dispute.funds_withdrawn', dispute, NO_REQUEST);
    this.charges.change(charge, 'charge.updated', { disputed: true }, NO_REQUEST);
    return dispute;
  }

  /** Errors: 404; 400 when it is decided already. */
  close(id: string, status: 'won' | 'lost'): Stripe.Dispute {
    const dispute = this.store.get('dispute', id);
    if (dispute.status !== 'needs_response')
      throw invalidRequest(`Dispute ${id} is already ${dispute.status}.`);
    const before = structuredClone(dispute);
    dispute.status = status;
    const charge = this.store.get('charge', dispute.charge as string);
    if (status === 'won') {
      dispute.balance_transactions.push(this.book(charge, id, dispute.amount, 0));
      this.log.record('charge.dispute.funds_reinstated', dispute, NO_REQUEST, before);
    }
    this.log.record('charge.dispute.closed', dispute, NO_REQUEST, before);
    return dispute;
  }

  private book(charge: Stripe.Charge, id: string, amount: number, fee: number): Stripe.BalanceTransaction {
    const { currency } = charge;
    const description = `Chargeback for ${charge.id}`;
    return this.balance.book({ amount, fee, currency, description, source: id, type: 'adjustment' });
  }
}

const NO_EVIDENCE: Stripe.Dispute.Evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};
