import type Stripe from 'stripe';
import { z } from 'zod';
import { isId, type Money, money } from '#kernel';
import type { DisputeStatus } from '../../disputes/dispute.entity.ts';
import { unreadableWebhook } from '../../payments.errors.ts';
import type { RefundStatus } from '../../refunds/refund.entity.ts';
import type {
  DisputeSnapshot,
  PaymentSnapshot,
  ProvidedStatus,
  ProviderEvent,
  ProviderNews,
  RefundSnapshot,
} from '../payment-provider.ts';
import type { AccountSnapshot, TransferSnapshot } from '../payout-provider.ts';
import { subscriptionIn } from './stripe-subscription-snapshots.ts';

/** Our ids, as Stripe keeps them for us (https://docs.stripe.com/api/metadata). */
export const PAYMENT_ID = 'payment_id';
export const REFUND_ID = 'refund_id';
export const PAYOUT_ID = 'payout_id';
export const ATTEMPT_ID = 'attempt_id';

const STATUS: Readonly<Record<string, ProvidedStatus>> = {
  requires_payment_method: 'created',
  requires_confirmation: 'created',
  requires_action: 'requires_action',
  processing: 'processing',
  // Only with manual capture, which is not used.
  requires_capture: 'processing',
  succeeded: 'succeeded',
  canceled: 'cancelled',
};

/** https://docs.stripe.com/payments/paymentintents/lifecycle */
export function paymentSnapshot(intent: Stripe.PaymentIntent): PaymentSnapshot {
  const { last_payment_error: error, status } = intent;
  // After a decline the intent goes back to the start and keeps the error.
  const declined = status === 'requires_payment_method' && error !== null;
  const known = declined ? 'failed' : STATUS[status];
  if (known === undefined) throw new Error(`Stripe says that ${intent.id} is ${status}.`);
  return {
    kind: 'payment',
    reference: intent.id,
    paymentId: ownId(intent.metadata, PAYMENT_ID),
    status: known,
    received: fromStripe(intent.amount_received, intent.currency),
    awaitsCapture: false,
    failureCode: declined ? (error.decline_code ?? error.code ?? error.type) : null,
  };
}

/**
 * https://docs.stripe.com/api/balance_transactions/object#balance_transaction_object-fee: in the currency of the
 * platform's balance, and not there before the charge is settled (https://docs.stripe.com/payments/payment-intents/asynchronous-capture).
 */
export function feeOn({ latest_charge: charge }: Stripe.PaymentIntent): Money | null {
  const booked = charge === null || typeof charge === 'string' ? null : charge.balance_transaction;
  if (booked === null || typeof booked === 'string') return null;
  return fromStripe(booked.fee, booked.currency);
}

const REFUND_STATUS: Readonly<Record<string, RefundStatus>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
};

/** https://docs.stripe.com/api/refunds/object: `pending` and `requires_action` are on the way. */
export function refundSnapshot(refund: Stripe.Refund): RefundSnapshot {
  const intent = refund.payment_intent;
  return {
    kind: 'refund',
    reference: refund.id,
    refundId: ownId(refund.metadata, REFUND_ID),
    paymentReference: typeof intent === 'string' ? intent : (intent?.id ?? ''),
    status: REFUND_STATUS[refund.status ?? ''] ?? 'pending',
    amount: fromStripe(refund.amount, refund.currency),
    failureCode: refund.failure_reason ?? null,
  };
}

const DISPUTE_STATUS: Readonly<Record<string, DisputeStatus>> = {
  warning_needs_response: 'inquiry',
  warning_under_review: 'inquiry',
  warning_closed: 'closed',
  prevented: 'closed',
  under_review: 'under_review',
  appeal_under_review: 'under_review',
  won: 'won',
  lost: 'lost',
};

/** https://docs.stripe.com/api/disputes/object: whatever else it is called, somebody has to look at it. */
export function disputeSnapshot(dispute: Stripe.Dispute, asOf: Temporal.Instant): DisputeSnapshot {
  const { payment_intent: intent, currency, evidence_details: evidence } = dispute;
  const disputed = fromStripe(dispute.amount, currency);
  const movements = dispute.balance_transactions.map((booked) => ({
    reference: booked.id,
    // An account in another currency is moved in that: then it is the disputed amount, there or back.
    amount:
      booked.currency === currency
        ? fromStripe(booked.amount, currency)
        : money(Math.sign(booked.amount) * disputed.amount, disputed.currency),
    fee: fromStripe(booked.fee, booked.currency),
  }));
  const moved = movements.reduce((sum, { amount }) => sum + amount.amount, 0);
  return {
    kind: 'dispute',
    reference: dispute.id,
    paymentReference: typeof intent === 'string' ? intent : (intent?.id ?? ''),
    status: DISPUTE_STATUS[dispute.status] ?? 'needs_response',
    amount: disputed,
    reason: dispute.reason,
    answerBy: evidence?.due_by ? Temporal.Instant.fromEpochMilliseconds(evidence.due_by * 1000) : null,
    withdrawn: money(0 - moved, disputed.currency),
    movements,
    asOf,
  };
}

/** https://docs.stripe.com/api/accounts/object: money can go there, and from there to the bank. */
export function accountSnapshot(account: Stripe.Account, asOf: Temporal.Instant): AccountSnapshot {
  return {
    kind: 'account',
    reference: account.id,
    detailsReference: null,
    detailsSubmitted: account.details_submitted,
    isReady: account.payouts_enabled && account.capabilities?.transfers === 'active',
    disabledReason: account.requirements?.disabled_reason ?? null,
    requirements: account.requirements?.currently_due ?? [],
    asOf,
  };
}

/** https://docs.stripe.com/api/transfers/object: a transfer that exists has been made, and costs nothing. */
export function transferSnapshot(transfer: Stripe.Transfer): TransferSnapshot {
  return {
    kind: 'transfer',
    reference: transfer.id,
    payoutId: ownId(transfer.metadata, PAYOUT_ID),
    attemptId: ownId(transfer.metadata, ATTEMPT_ID),
    status: 'made',
    amount: fromStripe(transfer.amount, transfer.currency),
    returned: fromStripe(transfer.amount_reversed, transfer.currency),
    fee: fromStripe(0, transfer.currency),
    failureCode: null,
  };
}

/** The events that mean something to us, with what each is about (https://docs.stripe.com/api/events/types). */
const ABOUT: Readonly<Record<string, ProviderNews['kind']>> = {
  'payment_intent.requires_action': 'payment',
  'payment_intent.processing': 'payment',
  'payment_intent.payment_failed': 'payment',
  'payment_intent.succeeded': 'payment',
  'payment_intent.canceled': 'payment',
  'refund.created': 'refund',
  'refund.updated': 'refund',
  'refund.failed': 'refund',
  'charge.dispute.created': 'dispute',
  'charge.dispute.updated': 'dispute',
  'charge.dispute.funds_withdrawn': 'dispute',
  'charge.dispute.funds_reinstated': 'dispute',
  'charge.dispute.closed': 'dispute',
  'account.updated': 'account',
  'transfer.created': 'transfer',
  'transfer.updated': 'transfer',
  'transfer.reversed': 'transfer',
  'checkout.session.completed': 'subscription',
  'customer.subscription.created': 'subscription',
  'customer.subscription.updated': 'subscription',
  'customer.subscription.paused': 'subscription',
  'customer.subscription.resumed': 'subscription',
  'customer.subscription.deleted': 'subscription',
  'invoice.paid': 'subscription',
  'invoice.payment_failed': 'subscription',
};

const Event = z.object({
  id: z.string().min(1),
  type: z.string().min(1),
  data: z
    .object({
      object: z
        .object({
          object: z.string().nullish(),
          id: z.string().nullish(),
          payment_intent: z.string().nullish(),
        })
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
});

/** @throws invalid `webhook_unreadable` */
export function providerEvent(body: unknown): ProviderEvent {
  const event = Event.safeParse(body);
  if (!event.success) throw unreadableWebhook();
  const { id, type, data } = event.data;
  const about = data?.object;
  const paymentReference = about?.object === 'payment_intent' ? about.id : about?.payment_intent;
  return { id, type, isKnown: type in ABOUT, paymentReference: paymentReference ?? null };
}

export function newsIn(event: Stripe.Event): ProviderNews | null {
  const { object } = event.data;
  const asOf = () => Temporal.Instant.fromEpochMilliseconds(event.created * 1000);
  switch (ABOUT[event.type]) {
    case 'refund':
      return refundSnapshot(object as Stripe.Refund);
    case 'dispute':
      return disputeSnapshot(object as Stripe.Dispute, asOf());
    case 'account':
      return accountSnapshot(object as Stripe.Account, asOf());
    case 'transfer':
      return transferSnapshot(object as Stripe.Transfer);
    case 'subscription': {
      const reference = subscriptionIn(object);
      return reference === undefined ? null : { kind: 'subscription', reference };
    }
    case 'payment':
      return paymentSnapshot(object as Stripe.PaymentIntent);
    default:
      return null;
  }
}

/**
 * Stripe writes currencies in lower case and amounts in the same minor units as ISO 4217 for every currency
 * that can be charged here (https://docs.stripe.com/currencies).
 */
function fromStripe(amount: number, currency: string): Money {
  return money(amount, currency.toUpperCase());
}

function ownId(metadata: Stripe.Metadata | null, name: string): string | null {
  const id = metadata?.[name];
  return id !== undefined && isId(id) ? id : null;
}
