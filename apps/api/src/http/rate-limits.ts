import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Actor, rateLimited } from '#kernel';
import { Config, type RateBudget, RateLimiter } from '#platform';

/** How often one caller may call, as document 004 says. `unlimited` is for machines that sign what they send. */
export const RATE_BUDGETS = {
  general: { name: 'general', requests: 100, seconds: 60 },
  authentication: { name: 'authentication', requests: 5, seconds: 60 },
  /** For one subscribed calendar: programs ask from the addresses of a few providers. */
  calendar: { name: 'calendar', requests: 10, seconds: 60 },
  /** For a client without a WebSocket, which polls; what it is refused lasts less than its place in the room. */
  signalling: { name: 'signalling', requests: 60, seconds: 10 },
  upload: { name: 'upload', requests: 10, seconds: 60 },
  unlimited: null,
} as const satisfies Record<string, RateBudget | null>;

export type RateClass = keyof typeof RATE_BUDGETS;

/**
 * The limits of the API: an account has its budgets wherever it calls from, and who has not proved to be
 * anybody shares those of their address.
 */
@Injectable()
export class RateLimits {
  readonly #inForce: boolean;

  constructor(
    config: Config,
    private readonly limiter: RateLimiter,
  ) {
    this.#inForce = config.limitsRates;
  }

  /** @param caller whose budget it is, such as {@link callerOf} says @throws rate_limited `too_many_requests` with `retry_after` in seconds */
  async charge(kind: RateClass, caller: string, reply: FastifyReply): Promise<void> {
    const budget = RATE_BUDGETS[kind];
    if (!this.#inForce || !budget) return;
    const { allowed, remaining, resetSeconds } = await this.limiter.take(budget, caller);
    void reply.headers({
      'ratelimit-limit': budget.requests,
      'ratelimit-remaining': remaining,
      'ratelimit-reset': resetSeconds,
    });
    if (allowed) return;
    throw rateLimited(
      'too_many_requests',
      `No more than ${budget.requests} of these in ${budget.seconds} s.`,
      {
        retry_after: resetSeconds,
      },
    );
  }
}

/** An account wherever it calls from, or the address of who has not proved to be anybody. */
export function callerOf({ userId, address }: Actor): string {
  return userId ? `user:${userId}` : `address:${address}`;
}
