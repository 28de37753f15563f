import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import type { Config } from '../config/config.ts';
import type { Log } from '../logging/log.ts';
import { RateLimiter } from './rate-limiter.ts';

const REDIS_URL = process.env['REDIS_URL'];
const BUDGET = { name: 'test', requests: 10, seconds: 60 };

const silent = { error: () => undefined } as unknown as Log;
const limiter = (url?: string) => new RateLimiter({ env: { REDIS_URL: url } } as Config, silent);

/** How many of many at once are let through, spread over the limiters. */
async function allowed(limiters: readonly RateLimiter[], key: string): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: 40 / limiters.length }, () => limiters.map((each) => each.take(BUDGET, key))).flat(),
  );
  return answers.filter((answer) => answer.allowed).length;
}

describe('the rate limiter', () => {
  it('lets as many through as the budget has, for each key, and says what is left', async () => {
    const own = limiter();
    expect(await own.take(BUDGET, 'ada')).toEqual({ allowed: true, remaining: 9, resetSeconds: 60 });
    expect(await allowed([own], 'ada')).toBe(9);
    expect(await own.take(BUDGET, 'ada')).toMatchObject({ allowed: false, remaining: 0 });
    expect(await allowed([own], 'bob')).toBe(10);
    expect(await own.take({ ...BUDGET, name: 'other' }, 'ada')).toMatchObject({ allowed: true });
  });

  it('counts for all processes together over Redis', { skip: !REDIS_URL }, async () => {
    const two = [limiter(REDIS_URL), limiter(REDIS_URL)];
    await Promise.all(two.map((each) => each.onModuleInit()));
    try {
      expect(await allowed(two, randomUUID())).toBe(10);
    } finally {
      for (const each of two) each.onApplicationShutdown();
    }
  });

  it('counts for itself while Redis is away', async () => {
    const alone = limiter('redis://127.0.0.1:1');
    await alone.onModuleInit();
    try {
      expect(await allowed([alone], 'ada')).toBe(10);
    } finally {
      alone.onApplicationShutdown();
    }
  });
});
