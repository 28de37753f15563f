import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { Rate } from './rate.ts';

describe('Rate', () => {
  it('never lets more through than the burst and what the time gives', () => {
    const requests = fc.array(fc.record({ wait: fc.nat(3_000), amount: fc.integer({ min: 1, max: 8 }) }));
    fc.assert(
      fc.property(
        requests,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        (all, rate, burst) => {
          const bucket = new Rate(rate, burst, 0);
          let now = 0;
          let passed = 0;
          for (const { wait, amount } of all) {
            now += wait;
            if (bucket.take(amount, now)) passed += amount;
            expect(passed).toBeLessThanOrEqual(burst + (now * rate) / 1000 + 1e-6);
          }
        },
      ),
    );
  });

  it('fills up again, and bears a clock that is set back', () => {
    const bucket = new Rate(2, 4, 10_000);
    expect(bucket.take(4, 10_000)).toBe(true);
    expect(bucket.take(1, 10_400)).toBe(false);
    expect(bucket.take(1, 10_500)).toBe(true);
    expect(bucket.take(1, 0)).toBe(false);
    expect(bucket.take(4, 60_000)).toBe(true);
  });
});
