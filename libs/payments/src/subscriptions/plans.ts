import { Injectable } from '@nestjs/common';
import type { Currency, Money } from '#kernel';
import { Config } from '#platform';
import type { SubscriptionPlan } from './subscription.entity.ts';

/** From the least to the most: each has what the one before has. */
const PLANS = ['basic', 'pro'] as const satisfies readonly SubscriptionPlan[];

/** What one pays for. Basic is what one tries. */
export type SoldPlan = Exclude<SubscriptionPlan, 'basic'>;
export const SOLD_PLANS = ['pro'] as const satisfies readonly SoldPlan[];

/** How long the trial of Basic is. */
export const TRIAL_DAYS = 90;

/** A plan as it is offered. */
export interface PlanOffer {
  readonly plan: SubscriptionPlan;
  /** 0 for a plan without a trial. */
  readonly trialDays: number;
  /** For a month, one in each currency; none for a plan that is not sold. */
  readonly prices: readonly Money[];
}

/** The plans that have what `plan` has. */
export function including(plan: SubscriptionPlan): readonly SubscriptionPlan[] {
  return PLANS.slice(PLANS.indexOf(plan));
}

/** What is offered, and for how much. */
@Injectable()
export class PlanCatalogue {
  constructor(private readonly config: Config) {}

  offers(): PlanOffer[] {
    return [
      { plan: 'basic', trialDays: TRIAL_DAYS, prices: [] },
      { plan: 'pro', trialDays: 0, prices: this.config.proPlanPrices },
    ];
  }

  /** What a month costs: in that currency, where it is sold in it. */
  priceIn(currency: Currency): Money | undefined {
    return this.config.proPlanPrices.find((price) => price.currency === currency);
  }

  /** What it costs where no currency fits; undefined when it is not sold. */
  get usualPrice(): Money | undefined {
    return this.config.proPlanPrices[0];
  }
}
