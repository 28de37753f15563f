import { once } from 'node:events';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { Config } from '../config/config.ts';
import { Log } from '../logging/log.ts';

/** So many in so long: `name` is what is counted. */
export interface RateBudget {
  readonly name: string;
  readonly requests: number;
  readonly seconds: number;
}

/** What is left of a budget after one more was taken from it. */
export interface RateStatus {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Seconds until the budget is whole again. */
  readonly resetSeconds: number;
}

type Limiter = RateLimiterMemory | RateLimiterRedis;

/**
 * Counts in fixed windows: for all processes together where there is Redis, otherwise for this one. A Redis
 * that is away must not close the house, so then each process counts for itself.
 */
@Injectable()
export class RateLimiter implements OnModuleInit, OnApplicationShutdown {
  readonly #redis: Redis | undefined;
  readonly #limiters = new Map<string, Limiter>();

  constructor({ env }: Config, log: Log) {
    if (!env.REDIS_URL) return;
    this.#redis = new Redis(env.REDIS_URL, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
    this.#redis.on('error', (error) => log.error({ error }, 'rate limiter error'));
  }

  /** The first requests are counted with those of the other processes. */
  async onModuleInit(): Promise<void> {
    const redis = this.#redis;
    if (redis && redis.status !== 'ready') await once(redis, 'ready').catch(() => undefined);
  }

  /** Takes one from the budget of `key`: an account, or an address. */
  async take(budget: RateBudget, key: string): Promise<RateStatus> {
    try {
      return asStatus(await this.#limiter(budget).consume(key), true);
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return asStatus(refused, false);
      throw refused;
    }
  }

  onApplicationShutdown(): void {
    this.#redis?.disconnect();
  }

  #limiter({ name, requests, seconds }: RateBudget): Limiter {
    let limiter = this.#limiters.get(name);
    if (!limiter) {
      const options = { keyPrefix: `televisit:rate:${name}`, points: requests, duration: seconds };
      const local = new RateLimiterMemory(options);
      limiter = this.#redis
        ? new RateLimiterRedis({ ...options, storeClient: this.#redis, insuranceLimiter: local })
        : local;
      this.#limiters.set(name, limiter);
    }
    return limiter;
  }
}

function asStatus({ remainingPoints, msBeforeNext }: RateLimiterRes, allowed: boolean): RateStatus {
  return { allowed, remaining: remainingPoints, resetSeconds: Math.ceil(msBeforeNext / 1000) };
}
