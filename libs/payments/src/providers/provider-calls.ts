import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
} from 'cockatiel';
import type { Metrics } from '#platform';
import { isProviderUnavailable, providerUnavailable } from '../payments.errors.ts';
import { ProviderRefusal } from './payment-provider.ts';

/** How often a question is put again that is as good asked twice as once. */
export const RETRIES = 2;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 2_000;
/** So many questions in a row without an answer, and the provider is left alone for a while. */
const FAILURES_IN_A_ROW = 10;

/**
 * How questions are put to one payment provider: again with growing, random pauses where asking twice is as
 * good as asking once; and not at all for a while after it has stopped answering, so that requests and jobs
 * do not wait in line for its timeout.
 */
export class ProviderCalls {
  readonly #retry = retry(handleWhen(isProviderUnavailable), {
    maxAttempts: RETRIES,
    backoff: new ExponentialBackoff({ initialDelay: FIRST_RETRY_MS, maxDelay: LAST_RETRY_MS }),
  });
  readonly #breaker: CircuitBreakerPolicy;

  /** @param leftAloneMs how long the provider is left alone */
  constructor(
    private readonly provider: string,
    private readonly metrics: Metrics,
    leftAloneMs: number,
  ) {
    this.#breaker = circuitBreaker(handleWhen(isProviderUnavailable), {
      halfOpenAfter: leftAloneMs,
      breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
    });
  }

  /**
   * @param question throws unavailable `payment_provider_unavailable` when there is no answer
   * @param isRepeatable whether asking twice does no more than asking once
   * @throws what the question throws; unavailable `payment_provider_unavailable` while the provider is left alone
   */
  async ask<T>(question: () => Promise<T>, { isRepeatable }: { isRepeatable: boolean }): Promise<T> {
    const measured = () => this.#measured(question);
    try {
      return await this.#breaker.execute(() => (isRepeatable ? this.#retry.execute(measured) : measured()));
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw providerUnavailable();
      throw error;
    }
  }

  async #measured<T>(question: () => Promise<T>): Promise<T> {
    const { provider } = this;
    const stop = this.metrics.providerCalls.startTimer({ provider });
    try {
      const answer = await question();
      stop({ outcome: 'answered' });
      return answer;
    } catch (error) {
      stop({ outcome: outcomeOf(error) });
      throw error;
    }
  }
}

function outcomeOf(error: unknown): string {
  if (isProviderUnavailable(error)) return 'unavailable';
  return error instanceof ProviderRefusal ? 'refused' : 'error';
}
