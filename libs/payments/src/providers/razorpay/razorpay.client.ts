import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Config, Metrics } from '#platform';
import { providerUnavailable } from '../../payments.errors.ts';
import { ProviderRefusal } from '../payment-provider.ts';
import { ProviderCalls } from '../provider-calls.ts';
import { collectionOf, Failure } from './razorpay-entities.ts';

const RAZORPAY = 'https://api.razorpay.com';

interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Accounts of others are behind `v2`; `v1` when absent. */
  readonly version?: 'v1' | 'v2';
  /** Below the version. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Makes a POST repeatable, under the header that Razorpay has for it. */
  readonly idempotency?: { readonly header: string; readonly key: string };
}

/** As many as Razorpay gives at once. */
export const PAGE = 100;

/**
 * Razorpay's HTTP API (https://razorpay.com/docs/api/). Not its SDK, which cannot send idempotency keys and
 * reports a broken connection as a TypeError.
 */
@Injectable()
export class RazorpayClient {
  readonly #calls: ProviderCalls;

  constructor(
    private readonly config: Config,
    metrics: Metrics,
  ) {
    this.#calls = new ProviderCalls('razorpay', metrics, config.env.PAYMENT_PROVIDER_TIMEOUT_MS);
  }

  /**
   * Asks Razorpay something.
   * @throws unavailable `payment_provider_unavailable` when there is no answer, and it may have been done or
   *   not; ProviderRefusal when the answer is no
   */
  async ask<T>(answer: z.ZodType<T>, request: Request): Promise<T> {
    const isRepeatable = request.method !== 'POST' || request.idempotency !== undefined;
    const text = await this.#calls.ask(() => this.#send(request), { isRepeatable });
    return answer.parse(JSON.parse(text));
  }

  /**
   * Every entry of a list, page by page. Razorpay gives the newest first: what is made meanwhile moves the others
   * on, so that one can come twice, and none is left out.
   */
  async *all<T extends z.ZodType>(
    entity: T,
    { path, query }: Pick<Request, 'path' | 'query'>,
  ): AsyncIterable<z.output<T>> {
    for (let skip = 0; ; skip += PAGE) {
      const page = { ...query, count: String(PAGE), skip: String(skip) };
      const { items } = await this.ask(collectionOf(entity), { method: 'GET', path, query: page });
      yield* items;
      if (items.length < PAGE) return;
    }
  }

  async #send(request: Request): Promise<string> {
    const { method, version = 'v1', path, query, body, idempotency } = request;
    const { RAZORPAY_KEY_ID, RAZORPAY_KEY_SECRET, RAZORPAY_API_URL = RAZORPAY } = this.config.env;
    const url = new URL(`/${version}${path}`, RAZORPAY_API_URL);
    url.search = new URLSearchParams(query).toString();
    let status: number;
    let text: string;
    try {
      const response = await fetch(url, {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(this.config.env.PAYMENT_PROVIDER_TIMEOUT_MS),
        headers: {
          authorization: `Basic ${btoa(`${RAZORPAY_KEY_ID}:${RAZORPAY_KEY_SECRET}`)}`,
          ...(body && { 'content-type': 'application/json' }),
          ...(idempotency && { [idempotency.header]: idempotency.key }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      status = response.status;
      text = await response.text();
    } catch {
      throw providerUnavailable();
    }
    if (status < 400) return text;
    throw failureOf(status, text);
  }
}

/** 409: the same request is still being worked on (https://razorpay.com/docs/api/refunds/normal-refunds-idempotent/). */
const ASK_LATER = new Set([408, 409, 425, 429]);

function failureOf(status: number, text: string): Error {
  if (status >= 500 || ASK_LATER.has(status)) return providerUnavailable();
  const failure = Failure.safeParse(parsed(text));
  const { code, description, reason, field } = failure.data?.error ?? { code: `http_${status}` };
  const message = `Razorpay says ${status}: ${description ?? code}`;
  // Our key is wrong: that is no answer to the question.
  if (status === 401 || status === 403) return new Error(message);
  return new ProviderRefusal(reason && reason !== 'NA' ? reason : code, message, field ?? null);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
