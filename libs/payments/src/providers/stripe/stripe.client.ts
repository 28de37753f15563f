import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { Config, Metrics } from '#platform';
import { providerUnavailable } from '../../payments.errors.ts';
import { ProviderRefusal } from '../payment-provider.ts';
import { ProviderCalls, RETRIES } from '../provider-calls.ts';

/** Stripe's own SDK, with its errors sorted into "no" and "nobody knows". */
@Injectable()
export class StripeClient {
  #sdk: Promise<Stripe> | undefined;
  readonly #calls: ProviderCalls;

  constructor(
    private readonly config: Config,
    metrics: Metrics,
  ) {
    this.#calls = new ProviderCalls('stripe', metrics, config.env.PAYMENT_PROVIDER_TIMEOUT_MS);
  }

  /**
   * Asks Stripe something. What makes something carries an idempotency key: the SDK may ask twice.
   * @param failureIsFinal that what Stripe failed at will not be asked again with the same idempotency key
   * @throws unavailable `payment_provider_unavailable` when there is no answer, and it may have been done or
   *   not; ProviderRefusal when the answer is no
   */
  async ask<T>(
    question: (stripe: Stripe) => Promise<T>,
    { failureIsFinal = false }: { failureIsFinal?: boolean } = {},
  ): Promise<T> {
    this.#sdk ??= this.#connect();
    const stripe = await this.#sdk;
    const sorted = async () => {
      try {
        return await question(stripe);
      } catch (error) {
        throw await this.#sorted(error, failureIsFinal);
      }
    };
    return this.#calls.ask(sorted, { isRepeatable: false });
  }

  async #sorted(error: unknown, failureIsFinal: boolean): Promise<unknown> {
    const { errors } = (await import('stripe')).default;
    if (error instanceof errors.StripeInvalidRequestError || error instanceof errors.StripeCardError) {
      return new ProviderRefusal(error.code ?? error.type, error.message);
    }
    if (error instanceof errors.StripeAPIError && failureIsFinal) {
      return new ProviderRefusal('provider_error', error.message);
    }
    const nobodyKnows =
      error instanceof errors.StripeConnectionError ||
      error instanceof errors.StripeAPIError ||
      error instanceof errors.StripeRateLimitError ||
      error instanceof errors.StripeIdempotencyError;
    return nobodyKnows ? providerUnavailable() : error;
  }

  /** The SDK takes a while to load, so it is loaded when somebody first pays. */
  async #connect(): Promise<Stripe> {
    const { default: Sdk } = await import('stripe');
    const { STRIPE_SECRET_KEY, STRIPE_API_URL, PAYMENT_PROVIDER_TIMEOUT_MS: timeout } = this.config.env;
    const url = STRIPE_API_URL === undefined ? undefined : new URL(STRIPE_API_URL);
    return new Sdk(STRIPE_SECRET_KEY, {
      timeout,
      // The SDK asks again by itself, with pauses and jitter: it knows what Stripe says about that in its headers.
      maxNetworkRetries: RETRIES,
      telemetry: false,
      ...(url && {
        host: url.hostname,
        port: url.port || (url.protocol === 'https:' ? 443 : 80),
        protocol: url.protocol === 'https:' ? 'https' : 'http',
      }),
    });
  }
}
