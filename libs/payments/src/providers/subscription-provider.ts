import type { Money } from '#kernel';
import type { SoldPlan } from '../subscriptions/plans.ts';
import type { SubscriptionStatus } from '../subscriptions/subscription.entity.ts';
import type { RefundSnapshot } from './payment-provider.ts';

/** Something about a subscription has changed at the provider: what, one has to ask. */
export interface SubscriptionNews {
  readonly kind: 'subscription';
  /** The provider's id. */
  readonly reference: string;
}

/** A subscription as the provider sees it at one moment. */
export interface SubscriptionSnapshot {
  readonly reference: string;
  /** The provider's id of whom it charges. */
  readonly customerReference: string;
  /** Our id of the page on which it was made; `null` for one that was made in the provider's own dashboard. */
  readonly checkoutId: string | null;
  /** `null` when it is for something that we do not sell. */
  readonly plan: SoldPlan | null;
  readonly status: SubscriptionStatus;
  /** For a month. */
  readonly price: Money;
  /** The end of what was last charged for. */
  readonly periodEndsAt: Temporal.Instant;
  readonly trialEndsAt: Temporal.Instant | null;
  /** When it ends because somebody has cancelled it. */
  readonly cancelsAt: Temporal.Instant | null;
  readonly endedAt: Temporal.Instant | null;
}

/** A page of the provider on which somebody subscribes. */
export interface SubscriptionCheckoutSnapshot {
  readonly reference: string;
  readonly status: 'open' | 'completed' | 'expired';
  /** With `open`. */
  readonly url: string | null;
  readonly expiresAt: Temporal.Instant;
  /** With `completed`: the provider's id of the subscription. */
  readonly subscriptionReference: string | null;
}

/** Money that came for a subscription. */
export interface SubscriptionPaymentSnapshot {
  /** The provider's id of the payment, by which it is refunded. */
  readonly reference: string;
  /** The provider's id of its own invoice. */
  readonly invoiceReference: string;
  readonly amount: Money;
  readonly paidAt: Temporal.Instant;
}

/**
 * A provider that charges by the month. Its methods throw and repeat as those of `PaymentProvider`; none may be
 * called inside a database transaction.
 */
export interface SubscriptionProvider {
  /** Kept with each subscription. */
  readonly name: string;

  /** Opens the account that is charged, or finds the one that was opened a short while ago. Nothing personal goes there. */
  createCustomer(request: { organizationId: string }): Promise<string>;

  /** Makes the page, or finds the one that was made with the same `checkoutId`. */
  openCheckout(request: {
    checkoutId: string;
    organizationId: string;
    customerReference: string;
    plan: SoldPlan;
    price: Money;
    successUrl: string;
    cancelUrl: string;
  }): Promise<SubscriptionCheckoutSnapshot>;
  retrieveCheckout(reference: string): Promise<SubscriptionCheckoutSnapshot>;
  /** Nobody can subscribe on the page any more, unless somebody has; the snapshot tells. */
  closeCheckout(reference: string): Promise<SubscriptionCheckoutSnapshot>;

  /** A page on which one changes the card or cancels. */
  portalUrl(customerReference: string, returnUrl: string): Promise<string>;

  /** `null` for one that does not exist. */
  retrieve(reference: string): Promise<SubscriptionSnapshot | null>;
  /** Ends it now, unless it has ended. */
  cancel(reference: string): Promise<void>;

  /** What came for a subscription, apart from the invoices that are known. */
  payments(reference: string, knownInvoices: ReadonlySet<string>): AsyncIterable<SubscriptionPaymentSnapshot>;
  /** What the provider kept of a payment for its work; `null` while it does not know. */
  feeOf(paymentReference: string): Promise<Money | null>;
  refundsOf(paymentReference: string): Promise<RefundSnapshot[]>;
}
