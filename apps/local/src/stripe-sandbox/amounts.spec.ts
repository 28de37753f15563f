import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { checkAmount, formatAmount, processingFee } from './amounts.ts';

describe('amounts', () => {
  it('are written with the decimals that Stripe uses', () => {
    expect(formatAmount(1250, 'eur')).toBe('€12.50');
    expect(formatAmount(1250, 'jpy')).toBe('¥1,250');
    expect(formatAmount(12500, 'kwd')).toBe('KWD\u00a012.500');
    expect(formatAmount(500, 'isk')).toBe('ISK\u00a05.00');
  });

  it('respect minimum, maximum and step', () => {
    const accepted: [number, string][] = [
      [50, 'usd'],
      [30, 'gbp'],
      [50, 'jpy'],
      [10, 'kwd'],
      [100, 'isk'],
      [99_999_999, 'inr'],
    ];
    for (const [amount, currency] of accepted) checkAmount(amount, currency);
    const refused: [number, string][] = [
      [49, 'usd'],
      [0, 'kwd'],
      [15, 'kwd'],
      [150, 'isk'],
      [100_000_000, 'inr'],
      [100, 'zzz'],
    ];
    for (const [amount, currency] of refused) expect(() => checkAmount(amount, currency)).toThrow();
  });

  it('bear a fee of 2.9 % and 30, never more than themselves', () => {
    expect(processingFee(1000)).toBe(59);
    expect(processingFee(1250)).toBe(66);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_999 }), (amount) => {
        const fee = processingFee(amount);
        expect(Number.isInteger(fee) && fee > 0 && fee <= amount).toBe(true);
        if (amount > 100) expect(Math.abs(fee - 30 - amount * 0.029)).toBeLessThanOrEqual(0.5);
      }),
    );
  });
});
