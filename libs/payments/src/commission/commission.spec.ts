import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { type Currency, money } from '#kernel';
import { commissionOn } from './commission.ts';

const currency = fc.constantFrom<Currency>('INR', 'EUR', 'USD', 'JPY', 'KWD');
const amount = fc.integer({ min: 1, max: 10 ** 12 });
const basisPoints = fc.integer({ min: 0, max: 10_000 });
const minimum = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10 ** 6 }));

describe('the commission', () => {
  it('is exact in every currency', () => {
    const cases: [number, Currency, number, number, number][] = [
      [49_900, 'INR', 12.5, 0, 6238],
      [5000, 'EUR', 15, 0, 750],
      [1999, 'USD', 2.9, 100, 100],
      [1050, 'JPY', 15, 0, 158],
      [10_005, 'KWD', 7.25, 0, 725],
      [1250, 'KWD', 10, 500, 500],
      [300, 'KWD', 10, 500, 300],
    ];
    for (const [paid, code, percent, least, kept] of cases) {
      const terms = { percent, minimum: money(least, code) };
      expect(commissionOn(money(paid, code), terms)).toEqual(money(kept, code));
    }
  });

  it('is the rounded share or the minimum, and leaves the rest to the doctor', () => {
    fc.assert(
      fc.property(amount, currency, basisPoints, minimum, (paid, code, points, least) => {
        const terms = { percent: points / 100, minimum: money(least, code) };
        const kept = commissionOn(money(paid, code), terms);
        // Half up, said without a division: twice the remainder decides.
        const exact = BigInt(paid) * BigInt(points);
        const share = Number(exact / 10_000n + ((exact % 10_000n) * 2n >= 10_000n ? 1n : 0n));
        expect(kept).toEqual(money(Math.min(paid, Math.max(share, least)), code));
      }),
    );
  });

  it('never falls when more is paid', () => {
    fc.assert(
      fc.property(amount, amount, basisPoints, minimum, (a, b, points, least) => {
        const terms = { percent: points / 100, minimum: money(least, 'EUR') };
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map(
          (paid) => commissionOn(money(paid, 'EUR'), terms).amount,
        );
        expect(low).toBeLessThanOrEqual(high ?? 0);
      }),
    );
  });
});
