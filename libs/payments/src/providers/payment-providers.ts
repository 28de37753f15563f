import { Injectable } from '@nestjs/common';
import { Config } from '#platform';
import { unsignedWebhook } from '../payments.errors.ts';
import type { PaymentProvider, WebhookHeaders } from './payment-provider.ts';
import type { PayoutProvider } from './payout-provider.ts';
import { RazorpayProvider } from './razorpay/razorpay.provider.ts';
import { StripeProvider } from './stripe/stripe.provider.ts';
import { StripePayoutProvider } from './stripe/stripe-payout.provider.ts';
import { StripeSubscriptionProvider } from './stripe/stripe-subscription.provider.ts';
import type { SubscriptionProvider } from './subscription-provider.ts';

/** The providers that this server works with, by name. */
@Injectable()
export class PaymentProviders {
  readonly #all: readonly PaymentProvider[];

  constructor(
    private readonly config: Config,
    private readonly stripe: StripeProvider,
    private readonly razorpay: RazorpayProvider,
    private readonly stripePayouts: StripePayoutProvider,
    private readonly stripeSubscriptions: StripeSubscriptionProvider,
  ) {
    this.#all = razorpay.isConfigured ? [stripe, razorpay] : [stripe];
  }

  get names(): readonly string[] {
    return this.#all.map(({ name }) => name);
  }

  /** Where doctors are paid out. */
  get payouts(): PayoutProvider {
    return this.stripePayouts;
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

  /** The provider that a payout goes by. */
  payoutsBy(name: string): PayoutProvider {
    if (this.stripePayouts.name !== name) throw unconfigured(name);
    return this.stripePayouts;
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
