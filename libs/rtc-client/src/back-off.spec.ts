import { describe, it, mock } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { BackOff } from './back-off.ts';

describe('BackOff', () => {
  it('waits 0, 0.3, 1.2, 2.7, 4.8, then 7 seconds, and begins anew after it came back', (context) => {
    context.mock.method(Math, 'random', () => 0);
    const backOff = new BackOff();
    const waits = () => Array.from({ length: 7 }, () => backOff.next(0) / 1000);
    expect(waits()).toEqual([0, 0.3, 1.2, 2.7, 4.8, 7, 7]);
    backOff.reset();
    expect(waits()).toEqual([0, 0.3, 1.2, 2.7, 4.8, 7, 7]);
  });

  it('adds up to a second, and less to a short step', (context) => {
    context.mock.method(Math, 'random', () => 1);
    const backOff = new BackOff();
    const waits = Array.from({ length: 6 }, () => backOff.next(0) / 1000);
    expect(waits).toEqual([0, 0.6, 2.2, 3.7, 5.8, 8]);
  });

  it('tries once more just before the session ends, whatever the jitter', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20 }), (jitter) => {
        let draw = 0;
        const random = mock.method(Math, 'random', () => jitter[draw++ % jitter.length] ?? 0);
        const backOff = new BackOff();
        backOff.begin(0, 30_000);
        const tries: number[] = [];
        // A try that fails takes no time here.
        for (let now = 0; now < 60_000; tries.push(now)) now += backOff.next(now);
        random.mock.restore();
        expect(tries.filter((at) => at >= 29_000 && at < 30_000).length).toBeGreaterThanOrEqual(1);
        expect(tries.length).toBeLessThan(20);
      }),
    );
  });
});
