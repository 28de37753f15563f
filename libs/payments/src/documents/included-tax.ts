import { type Money, money, subtract } from '#kernel';

/**
 * The tax that is in an amount, rounded half up to a minor unit.
 * @param percent with up to two decimals
 */
export function includedTax({ amount, currency }: Money, percent: number): Money {
  const rate = BigInt(Math.round(percent * 100));
  const whole = 10_000n + rate;
  const tax = (BigInt(Math.abs(amount)) * rate * 2n + whole) / (whole * 2n);
  return money(Number(amount < 0 ? -tax : tax), currency);
}

/**
 * The tax of one of several papers about the same payment, so that their sum is the tax of what is left: many small
 * refunds end where one large one ends.
 * @param before what the papers so far come to
 */
export function taxOfChange(before: Money, change: Money, percent: number): Money {
  const after = money(before.amount + change.amount, before.currency);
  return subtract(includedTax(after, percent), includedTax(before, percent));
}
