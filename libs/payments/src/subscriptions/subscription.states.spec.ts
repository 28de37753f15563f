import { describe, it } from 'node:test';
import { expect } from 'expect';
import { including } from './plans.ts';
import { IN_FORCE } from './subscription.entity.ts';
import { ENDED, subscriptionStates } from './subscription.states.ts';

const STATES = Object.keys(subscriptionStates.moves) as (keyof typeof subscriptionStates.moves)[];

describe('subscriptions', () => {
  it('never come back when they have ended, and can end from everywhere else', () => {
    const final = STATES.filter((state) => subscriptionStates.moves[state].length === 0);
    expect(final.toSorted()).toEqual([...ENDED].toSorted());
    for (const state of STATES.filter((one) => !final.includes(one))) {
      expect(subscriptionStates.can(state, 'cancelled')).toBe(true);
    }
  });

  it('are in force while they are paid or tried, and while the provider tries to charge', () => {
    expect(STATES.filter((state) => (IN_FORCE as readonly string[]).includes(state))).toEqual([
      'trialing',
      'active',
      'past_due',
    ]);
  });

  it('to a plan have what the plans below it have', () => {
    expect([including('basic'), including('pro')]).toEqual([['basic', 'pro'], ['pro']]);
  });
});
