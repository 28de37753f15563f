import type Stripe from 'stripe';
import { unixNow } from '../payment-sandbox/random-text.ts';
import { stripeId } from './ids.ts';

/** Why a card is refused; `code` and `declineCode` are Stripe's. */
export interface Decline {
  code: string;
  declineCode: string;
  message: string;
}

/** What confirming with a card does. */
export type CardBehaviour =
  | { does: 'succeed' }
  | { does: 'decline'; decline: Decline }
  | { does: 'process' }
  | { does: 'ask'; thenDecline?: Decline };

interface TestCard {
  brand: string;
  last4: string;
  funding: 'credit' | 'debit';
  country: string;
  behaviour: CardBehaviour;
  /** Refunds of it stay pending until they are settled. */
  refundsPend: boolean;
}

function decline(code: string, declineCode: string, message: string): Decline {
  return { code, declineCode, message };
}

const INSUFFICIENT_FUNDS = decline(
  'card_declined',
  'insufficient_funds',
  'Your card does not have enough funds.',
);

/** Declines by Stripe's name for the test card and by decline code, with the card's last four digits. */
const DECLINES: ReadonlyArray<[name: string, last4: string, Decline]> = [
  ['chargeDeclined', '0002', decline('card_declined', 'generic_decline', 'Your card was declined.')],
  ['chargeDeclinedInsufficientFunds', '9995', INSUFFICIENT_FUNDS],
  ['chargeDeclinedLostCard', '9987', decline('card_declined', 'lost_card', 'Your card was declined.')],
  ['chargeDeclinedStolenCard', '9979', decline('card_declined', 'stolen_card', 'Your card was declined.')],
  ['chargeDeclinedExpiredCard', '0069', decline('expired_card', 'expired_card', 'Your card has expired.')],
  ['chargeDeclinedIncorrectCvc', '0127', decline('incorrect_cvc', 'incorrect_cvc', 'The CVC is incorrect.')],
  [
    'chargeDeclinedProcessingError',
    '0119',
    decline('processing_error', 'processing_error', 'The card could not be processed.'),
  ],
];

const SUCCEED: CardBehaviour = { does: 'succeed' };

function card(last4: string, behaviour = SUCCEED, more: Partial<TestCard> = {}): TestCard {
  return { brand: 'visa', last4, funding: 'credit', country: 'US', behaviour, refundsPend: false, ...more };
}

/** Stripe's own names (https://docs.stripe.com/testing), and one of this sandbox for a slow payment. */
const TEST_CARDS = new Map<string, TestCard>([
  ['pm_card_visa', card('4242')],
  ['pm_card_visa_debit', card('5556', SUCCEED, { funding: 'debit' })],
  ['pm_card_mastercard', card('4444', SUCCEED, { brand: 'mastercard' })],
  ['pm_card_amex', card('0005', SUCCEED, { brand: 'amex' })],
  ['pm_card_in', card('0008', SUCCEED, { country: 'IN' })],
  ['pm_card_pendingRefund', card('7726', SUCCEED, { refundsPend: true })],
  ['pm_card_authenticationRequired', card('3184', { does: 'ask' })],
  ['pm_card_threeDSecure2Required', card('3220', { does: 'ask' })],
  [
    'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds',
    card('3178', { does: 'ask', thenDecline: INSUFFICIENT_FUNDS }),
  ],
  ...DECLINES.flatMap(([name, last4, why]): [string, TestCard][] => {
    const declined = card(last4, { does: 'decline', decline: why });
    return [
      [`pm_card_${name}`, declined],
      [`pm_card_visa_${name}`, declined],
    ];
  }),
  ['pm_sandbox_processing', card('4242', { does: 'process' })],
]);

export function testCard(testId: string): TestCard | undefined {
  return TEST_CARDS.get(testId);
}

/** A decline by its decline code, a generic one for a code that no test card has. */
export function declineOf(declineCode: string): Decline {
  const known = DECLINES.find(([, , why]) => why.declineCode === declineCode);
  return known?.[2] ?? decline('card_declined', declineCode, 'Your card was declined.');
}

/** Stripe makes a payment method of its own id each time one of its test ids is used. */
export function newPaymentMethod({ brand, last4, funding, country }: TestCard): Stripe.PaymentMethod {
  return {
    id: stripeId('pm'),
    object: 'payment_method',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card: {
      brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: null },
      country,
      display_brand: brand,
      exp_month: 12,
      exp_year: 2034,
      fingerprint: null,
      funding,
      generated_from: null,
      last4,
      networks: { available: [brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: unixNow(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
}
