import { Injectable } from '@nestjs/common';
import { Config } from '#platform';
import { unsignedWebhook } from '../payments.errors.ts';
import type { PaymentProvider, WebhookHeaders } from './payment-provider.ts';
import type { PayoutProvider } from './payout-provider.ts';
import { RazorpayProvider } from './razorpay/razorpay.provider.ts';
import { RazorpayPayoutProvider } from './razorpay/razorpay-payout.provider.ts';
import { StripeProvider } from './stripe/stripe.provider.ts';
import { StripePayoutProvider } from './stripe/stripe-payout.provider.ts';
import { StripeSubscriptionProvider } from './stripe/stripe-subscription.provider.ts';
import type { SubscriptionProvider } from './subscription-provider.ts';

/** Razorpay Route sends no other: https://razorpay.com/docs/api/payments/route/direct-transfers/ */
const ROUTED = 'INR';

/** The providers that this server works with, by name. */
@Injectable()
export class PaymentProviders {
  readonly #all: readonly PaymentProvider[];

  constructor(
    private readonly config: Config,
    private readonly stripe: StripeProvider,
    private readonly razorpay: RazorpayProvider,
    private readonly stripePayouts: StripePayoutProvider,
    private readonly razorpayPayouts: RazorpayPayoutProvider,
    private readonly stripeSubscriptions: StripeSubscriptionProvider,
  ) {
    this.#all = razorpay.isConfigured ? [stripe, razorpay] : [stripe];
  }

  get names(): readonly string[] {
    return this.#all.map(({ name }) => name);
  }

  /** Where practices subscribe. */
  get subscriptions(): SubscriptionProvider {
    return this.stripeSubscriptions;
  }

  /** Where new payments in a currency go. */
  preferred(currency: string): PaymentProvider {
    const isRazorpays = this.config.env.RAZORPAY_CURRENCIES.includes(currency);
    return isRazorpays && this.razorpay.isConfigured ? this.razorpay : this.stripe;
  }

  /** Where doctors are paid out in a currency: where its payments lie, as far as that provider can send it. */
  payoutsIn(currency: string): PayoutProvider {
    const isRazorpays = currency === ROUTED && this.config.env.RAZORPAY_PAYOUTS;
    return isRazorpays && this.preferred(currency) === this.razorpay
      ? this.razorpayPayouts
      : this.stripePayouts;
  }

  /** The provider that a payout goes by. */
  payoutsBy(name: string): PayoutProvider {
    if (name === this.stripePayouts.name) return this.stripePayouts;
    if (name === this.razorpayPayouts.name && this.razorpay.isConfigured) return this.razorpayPayouts;
    throw unconfigured(name);
  }

  /** The provider that charges for a subscription. */
  subscriptionsBy(name: string): SubscriptionProvider {
    if (this.stripeSubscriptions.name !== name) throw unconfigured(name);
    return this.stripeSubscriptions;
  }

  /** The provider that a payment was made with. */
  named(name: string): PaymentProvider {
    const provider = this.#all.find((candidate) => candidate.name === name);
    if (!provider) throw unconfigured(name);
    return provider;
  }

  /**
   * @param from the only one that it may be, when it is given
   * @throws invalid `webhook_unsigned` when no provider's signature is there
   */
  senderOf(headers: WebhookHeaders, from?: string): PaymentProvider {
    const provider = this.#all.find(
      (candidate) => (from === undefined || candidate.name === from) && candidate.recognizes(headers),
    );
    if (!provider) throw unsignedWebhook();
    return provider;
  }
}

function unconfigured(name: string): Error {
  return new Error(`The payment provider ${name} is not configured.`);
}
