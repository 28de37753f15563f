import type { Money } from '#kernel';
import type { PaymentStatus } from '../checkout/payment.entity.ts';
import type { DisputeStatus } from '../disputes/dispute.entity.ts';
import type { RefundStatus } from '../refunds/refund.entity.ts';
import type { AccountSnapshot, TransferSnapshot } from './payout-provider.ts';
import type { SubscriptionNews } from './subscription-provider.ts';

/** What a provider can say of a payment; giving money back is told of refunds, not of payments. */
export type ProvidedStatus = Extract<
  PaymentStatus,
  'created' | 'requires_action' | 'processing' | 'succeeded' | 'failed' | 'cancelled'
>;

/** A payment as the provider sees it at one moment. */
export interface PaymentSnapshot {
  readonly kind: 'payment';
  /** The provider's id. */
  readonly reference: string;
  /** Our id, which we gave the provider to keep; `null` for a payment that somebody else made there. */
  readonly paymentId: string | null;
  readonly status: ProvidedStatus;
  /** What has arrived; zero before `succeeded`. */
  readonly received: Money;
  /** With `processing`: the money waits to be taken, and goes back by itself when nobody does. */
  readonly awaitsCapture: boolean;
  /** With `failed`: the provider's code for why. */
  readonly failureCode: string | null;
}

/** A refund as the provider sees it at one moment. */
export interface RefundSnapshot {
  readonly kind: 'refund';
  readonly reference: string;
  /** Our id; `null` for a refund that was made in the provider's own dashboard. */
  readonly refundId: string | null;
  /** The provider's id of the payment. */
  readonly paymentReference: string;
  readonly status: RefundStatus;
  readonly amount: Money;
  readonly failureCode: string | null;
}

/** Money that the provider took from the platform for a dispute, or gave back. */
export interface DisputeMovement {
  /** Unique within the dispute; the same movement comes with the same reference each time. */
  readonly reference: string;
  /** In the payment's currency; negative when it was taken. */
  readonly amount: Money;
  /** What the provider took for itself, in the currency of the platform's account; negative when given back. */
  readonly fee: Money;
}

/** A dispute as the provider sees it at one moment. */
export interface DisputeSnapshot {
  readonly kind: 'dispute';
  readonly reference: string;
  /** The provider's id of the payment. */
  readonly paymentReference: string;
  readonly status: DisputeStatus;
  /** What the bank disputes. */
  readonly amount: Money;
  /** The provider's code for what the bank says. */
  readonly reason: string;
  /** Until when it can be answered. */
  readonly answerBy: Temporal.Instant | null;
  /** What the provider has taken and not given back, in the payment's currency. */
  readonly withdrawn: Money;
  /** All until that moment; `null` from a provider that tells the sum alone. */
  readonly movements: readonly DisputeMovement[] | null;
  /** The moment. */
  readonly asOf: Temporal.Instant;
}

/** What a provider can say of the money of patients. */
export type MoneySnapshot = PaymentSnapshot | RefundSnapshot | DisputeSnapshot;

/** What a provider tells by itself. */
export type ProviderNews = MoneySnapshot | AccountSnapshot | TransferSnapshot | SubscriptionNews;

/** A payment with the secret that lets the patient's browser, and nobody else, pay it. */
export interface ProviderIntent extends PaymentSnapshot {
  readonly clientSecret: string;
  /** A page to pay on, where the provider has one that needs nothing but the secret. */
  readonly checkoutUrl: string | null;
}

/** What is known of a webhook before anybody reads what it tells. */
export interface ProviderEvent {
  /** Unique at this provider; the same event comes with the same id each time. */
  readonly id: string;
  readonly type: string;
  /** Whether events of this type mean anything to us. */
  readonly isKnown: boolean;
  /** The provider's id of the payment that it is about, as kept with payments; `null` when it is about none. */
  readonly paymentReference: string | null;
}

/** What the provider's own code gave to the patient's browser after a payment, as it came. */
export type Handover = Readonly<Record<string, string>>;

export type WebhookHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The provider has answered, and the answer is no: it has not been done and will not be. */
export class ProviderRefusal extends Error {
  constructor(
    /** The provider's code. */
    readonly code: string,
    message: string,
    /** What of the request it is about, as the provider names it. */
    readonly field: string | null = null,
  ) {
    super(message);
    this.name = 'ProviderRefusal';
  }
}

/**
 * A payment provider. Everything that writes carries our own id, so that asking again after an answer was
 * lost does not do it twice. No method may be called inside a database transaction.
 *
 * Every method that asks the provider throws unavailable `payment_provider_unavailable` when there is no
 * answer (it may have been done or not) and ProviderRefusal when the answer is no.
 */
export interface PaymentProvider {
  /** Kept with each payment. */
  readonly name: string;
  /** What the patient's browser needs beside the secret. */
  readonly publishableKey: string;

  /**
   * Makes the payment, or finds the one that was made with the same `paymentId`. Of two who ask at the same time
   * each may get another one: the one whose reference is kept is the payment, and nobody is told of the other.
   */
  createIntent(request: { paymentId: string; appointmentId: string; amount: Money }): Promise<ProviderIntent>;
  retrieveIntent(reference: string): Promise<ProviderIntent>;
  /** Where the payment is now, with the money taken that waits to be taken. */
  collect(reference: string): Promise<PaymentSnapshot>;
  /**
   * Gives a payment up, unless somebody has paid or is paying; the snapshot tells. Where a provider cannot keep
   * people from paying, the payment is `cancelled` nonetheless, and can still succeed.
   */
  closeIntent(reference: string): Promise<PaymentSnapshot>;

  /** Gives money back, or finds the refund that was made with the same `refundId`. */
  refund(request: { refundId: string; paymentReference: string; amount: Money }): Promise<RefundSnapshot>;

  /** What the provider kept of a payment for its work, taxes and all; `null` while it does not know. */
  feeOf(reference: string): Promise<Money | null>;

  /**
   * Makes sure that a handover is genuine and belongs to this payment, where a provider hands anything over.
   * @throws invalid `checkout_signature_invalid`
   */
  verifyHandover(reference: string, handover: Handover): void;

  /** Every payment, refund and dispute that was made since then, payments first. */
  since(instant: Temporal.Instant): AsyncIterable<MoneySnapshot>;

  /** Whether the webhook claims to come from this provider. */
  recognizes(headers: WebhookHeaders): boolean;
  /**
   * @throws invalid `webhook_signature_invalid`, `webhook_timestamp_outside_tolerance`, `webhook_unreadable`
   */
  verifyWebhook(rawBody: Uint8Array, headers: WebhookHeaders): ProviderEvent;
  /** What a webhook tells that was verified when it came; `null` when its type means nothing to us. */
  readWebhook(rawBody: Uint8Array): ProviderNews | null;
}
