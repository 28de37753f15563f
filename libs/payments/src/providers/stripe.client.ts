import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { Config } from '#platform';
import { providerUnavailable } from '../payments.errors.ts';
import { ProviderRefusal } from './payment-provider.ts';

const TIMEOUT_MS = 10_000;
/** The SDK waits longer before each, with jitter, and keeps the idempotency key. */
const RETRIES = 2;

/** Stripe's own SDK, with its errors sorted into "no" and "nobody knows". */
@Injectable()
export class StripeClient {
  #sdk: Promise<Stripe> | undefined;

  constructor(private readonly config: Config) {}

  /**
   * Asks Stripe something.
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
    try {
      return await question(stripe);
    } catch (error) {
      const { errors } = (await import('stripe')).default;
      if (error instanceof errors.StripeInvalidRequestError || error instanceof errors.StripeCardError) {
        throw new ProviderRefusal(error.code ?? error.type, error.message);
      }
      if (error instanceof errors.StripeAPIError && failureIsFinal) {
        throw new ProviderRefusal('provider_error', error.message);
      }
      if (
        error instanceof errors.StripeConnectionError ||
        error instanceof errors.StripeAPIError ||
        error instanceof errors.StripeRateLimitError ||
        error instanceof errors.StripeIdempotencyError
      ) {
        throw providerUnavailable();
      }
      throw error;
    }
  }

  /** The SDK takes a while to load, so it is loaded when somebody first pays. */
  async #connect(): Promise<Stripe> {
    const { default: Sdk } = await import('stripe');
    const { STRIPE_SECRET_KEY, STRIPE_API_URL } = this.config.env;
    const url = STRIPE_API_URL === undefined ? undefined : new URL(STRIPE_API_URL);
    return new Sdk(STRIPE_SECRET_KEY, {
      timeout: TIMEOUT_MS,
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
