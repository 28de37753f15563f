import { invalid } from './domain-error.ts';

/** An amount in integer minor units of an ISO 4217 currency: 12.50 EUR is `{ amount: 1250, currency: 'EUR' }`. */
export interface Money {
  readonly amount: number;
  readonly currency: Currency;
}

/** Currencies that can be charged, with the number of decimals of their minor unit (ISO 4217, table A.1). */
const EXPONENTS = {
  AED: 2,
  AUD: 2,
  BHD: 3,
  CAD: 2,
  CHF: 2,
  EUR: 2,
  GBP: 2,
  INR: 2,
  JPY: 0,
  KWD: 3,
  SGD: 2,
  USD: 2,
} as const;

export type Currency = keyof typeof EXPONENTS;
export const CURRENCIES = Object.keys(EXPONENTS) as [Currency, ...Currency[]];

/** How many decimals an amount of the currency has. */
export function decimalsOf(currency: Currency): number {
  return EXPONENTS[currency];
}

/**
 * Card networks take money and give it back in multiples of so many minor units: of three decimals the last is
 * always 0 (https://docs.stripe.com/currencies#three-decimal).
 */
export function chargeStep(currency: Currency): number {
  return decimalsOf(currency) === 3 ? 10 : 1;
}

/** The most of an amount that can be charged, or given back. */
export function chargeable({ amount, currency }: Money): Money {
  return money(amount - (amount % chargeStep(currency)), currency);
}

/** The least that can be charged, or given back, and is no less than an amount. */
export function chargeableFor({ amount, currency }: Money): Money {
  const step = chargeStep(currency);
  return money(Math.ceil(amount / step) * step, currency);
}

export function isCurrency(code: string): code is Currency {
  return Object.hasOwn(EXPONENTS, code);
}

export function money(amount: number, currency: string): Money {
  if (!isCurrency(currency)) {
    throw invalid('unknown_currency', `${currency} is not a currency that can be charged.`, { currency });
  }
  if (!Number.isSafeInteger(amount)) {
    throw invalid('invalid_amount', 'An amount is a whole number of minor units.', { amount });
  }
  return { amount, currency };
}

export function add(a: Money, b: Money): Money {
  return money(a.amount + sameCurrency(a, b).amount, a.currency);
}

export function subtract(a: Money, b: Money): Money {
  return money(a.amount - sameCurrency(a, b).amount, a.currency);
}

/** `percent` of an amount, with up to two decimals of percent, rounded half up to a minor unit. */
export function percentage(of: Money, percent: number): Money {
  const basisPoints = BigInt(Math.round(percent * 100));
  const scaled = BigInt(of.amount) * basisPoints;
  return money(Number((scaled + 5000n) / 10000n), of.currency);
}

/** The amount as people write it, without a symbol: `12.50`, `1250` for JPY, `1.250` for KWD. */
export function toDecimal({ amount, currency }: Money): string {
  const exponent = EXPONENTS[currency];
  if (exponent === 0) return String(amount);
  const digits = String(Math.abs(amount)).padStart(exponent + 1, '0');
  const sign = amount < 0 ? '-' : '';
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

function sameCurrency(a: Money, b: Money): Money {
  if (a.currency !== b.currency) {
    throw invalid('currency_mismatch', `${a.currency} and ${b.currency} cannot be combined.`);
  }
  return b;
}
