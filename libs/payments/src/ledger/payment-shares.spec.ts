import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { money, percentage } from '#kernel';
import { noShares, postingsBetween, releasingPostings, sharesAfter } from './payment-shares.ts';

function payment(amount: number, percent: number) {
  const whole = money(amount, 'JPY');
  return {
    amount: whole,
    commission: percentage(whole, percent),
    provider: 'stripe',
    practitionerId: 'doctor',
  };
}

/** An amount, a commission in percent, and partial refunds that fit into it, in order. */
const history = fc
  .tuple(fc.integer({ min: 1, max: 10 ** 12 }), fc.integer({ min: 0, max: 10_000 }))
  .chain(([amount, basisPoints]) =>
    fc.record({
      paid: fc.constant(payment(amount, basisPoints / 100)),
      steps: fc.array(fc.integer({ min: 0, max: amount }), { maxLength: 8 }),
    }),
  );

const total = (postings: readonly { amount: { amount: number } }[]) =>
  postings.reduce((sum, posting) => sum + posting.amount.amount, 0);

describe('the division of a payment', () => {
  it('keeps 15 % of 50.00 and gives it back in proportion', () => {
    const paid = payment(5000, 15);
    const after = (refunded: number) => {
      const { gross, commission, net } = sharesAfter(paid, money(refunded, 'JPY'));
      return [gross.amount, commission.amount, net.amount];
    };
    expect(after(0)).toEqual([5000, 750, 4250]);
    expect(after(1999)).toEqual([3001, 450, 2551]);
    expect(after(5000)).toEqual([0, 0, 0]);
  });

  it('sums to zero at each step, and ends where one refund of the same sum ends', () => {
    fc.assert(
      fc.property(history, ({ paid, steps }) => {
        const accounts = new Map<string, number>();
        const book = (postings: ReturnType<typeof postingsBetween>) => {
          expect(total(postings)).toBe(0);
          for (const { account, amount } of postings) {
            accounts.set(account.kind, (accounts.get(account.kind) ?? 0) + amount.amount);
          }
        };
        let now = noShares(paid);
        // Refunds are given and come back from the bank: what is refunded goes up and down.
        for (const refunded of [0, ...steps]) {
          const next = sharesAfter(paid, money(refunded, 'JPY'));
          book(postingsBetween(paid, now, next, 'doctor_pending'));
          now = next;
        }
        expect(accounts.get('provider_clearing')).toBe(now.gross.amount);
        expect(0 - (accounts.get('doctor_pending') ?? 0)).toBe(now.net.amount);
        expect(0 - (accounts.get('platform_revenue') ?? 0)).toBe(now.commission.amount);
        expect(Math.min(now.net.amount, now.commission.amount)).toBeGreaterThanOrEqual(0);
        const released = releasingPostings(paid, now);
        expect(total(released)).toBe(0);
        expect(released[0]?.amount.amount).toBe(now.net.amount);
      }),
    );
  });
});
