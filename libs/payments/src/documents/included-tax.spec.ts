import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { money } from '#kernel';
import { includedTax, taxOfChange } from './included-tax.ts';

describe('the tax in an amount', () => {
  it('is what a price with tax has of it', () => {
    expect(includedTax(money(12_000, 'EUR'), 20)).toEqual(money(2000, 'EUR'));
    expect(includedTax(money(11_800, 'INR'), 18)).toEqual(money(1800, 'INR'));
    expect(includedTax(money(1055, 'EUR'), 5.5)).toEqual(money(55, 'EUR'));
    expect(includedTax(money(1000, 'JPY'), 10)).toEqual(money(91, 'JPY'));
    expect(includedTax(money(1000, 'KWD'), 0)).toEqual(money(0, 'KWD'));
    expect(includedTax(money(-12_000, 'EUR'), 20)).toEqual(money(-2000, 'EUR'));
  });

  it('adds up over all papers of a payment to the tax of what is left, whatever comes and goes', () => {
    const changes = fc.array(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(changes, fc.integer({ min: 0, max: 10_000 }), (amounts, points) => {
        let [left, tax] = [0, 0];
        for (const amount of amounts) {
          tax += taxOfChange(money(left, 'EUR'), money(amount, 'EUR'), points / 100).amount;
          left += amount;
        }
        expect(tax).toBe(includedTax(money(left, 'EUR'), points / 100).amount);
        expect(Math.abs(tax)).toBeLessThanOrEqual(Math.abs(left));
      }),
    );
  });
});
