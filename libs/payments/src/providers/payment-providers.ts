import { Injectable } from '@nestjs/common';
import { unsignedWebhook } from '../payments.errors.ts';
import type { PaymentProvider, WebhookHeaders } from './payment-provider.ts';
import type { PayoutProvider } from './payout-provider.ts';
import { StripeProvider } from './stripe.provider.ts';
import { StripePayoutProvider } from './stripe-payout.provider.ts';

/** The providers that this server works with, by name. */
@Injectable()
export class PaymentProviders {
  readonly #all: readonly PaymentProvider[];

  constructor(
    private readonly stripe: StripeProvider,
    private readonly stripePayouts: StripePayoutProvider,
  ) {
    this.#all = [stripe];
  }

  get names(): readonly string[] {
    return this.#all.map(({ name }) => name);
  }

  /** Where doctors are paid out. */
  get payouts(): PayoutProvider {
    return this.stripePayouts;
  }

  /** Where new payments go. */
  get preferred(): PaymentProvider {
    return this.stripe;
  }

  /** The provider that a payout goes by. */
  payoutsBy(name: string): PayoutProvider {
    if (this.stripePayouts.name !== name) throw unconfigured(name);
    return this.stripePayouts;
  }

  /** The provider that a payment was made with. */
  named(name: string): PaymentProvider {
    const provider = this.#all.find((candidate) => candidate.name === name);
    if (!provider) throw unconfigured(name);
    return provider;
  }

  /** @throws invalid `webhook_unsigned` when no provider's signature is there */
  senderOf(headers: WebhookHeaders): PaymentProvider {
    const provider = this.#all.find((candidate) => candidate.recognizes(headers));
    if (!provider) throw unsignedWebhook();
    return provider;
  }
}

function unconfigured(name: string): Error {
  return new Error(`The payment provider ${name} is not configured.`);
}
