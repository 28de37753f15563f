import { invalidRequest } from './errors.ts';

/** https://docs.stripe.com/currencies#zero-decimal */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
/** https://docs.stripe.com/currencies#three-decimal: the last digit must be 0. */
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));
/** Without decimals in ISO 4217, yet written with two on Stripe's wire, both 0. */
const WHOLE_UNITS_ONLY = new Set(['isk', 'ugx']);

/** Smallest charge in minor units, https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
const MINIMUM: Readonly<Record<string, number>> = {
  aed: 200,
  aud: 50,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
  usd: 50,
};
const MAXIMUM = 99_999_999;

const CURRENCIES = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()));

/** Refuses an amount that Stripe would refuse; `amount` in minor units, `currency` in lower case. */
export function checkAmount(amount: number, currency: string): void {
  if (!CURRENCIES.has(currency)) {
    throw invalidRequest(`Invalid currency: ${currency}`, { param: 'currency' });
  }
  if (amount < 1) {
    throw invalidRequest('An amount is a positive number of minor units.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  }
  const minimum = MINIMUM[currency] ?? 1;
  if (amount < minimum) {
    const least = formatAmount(minimum, currency);
    throw invalidRequest(`The amount is below the smallest charge of ${least}.`, {
      code: 'amount_too_small',
      param: 'amount',
    });
  }
  if (amount > MAXIMUM) {
    throw invalidRequest('The amount has more than eight digits.', {
      code: 'amount_too_large',
      param: 'amount',
    });
  }
  checkStep(amount, currency);
}

/** Refuses an amount that the currency cannot be moved in. */
export function checkStep(amount: number, currency: string): void {
  const step = THREE_DECIMAL.has(currency) ? 10 : WHOLE_UNITS_ONLY.has(currency) ? 100 : 1;
  if (amount % step !== 0) {
    throw invalidRequest(`An amount in ${currency} must be a multiple of ${step}.`, { param: 'amount' });
  }
}

/** For people, as `€12.50`. */
export function formatAmount(amount: number, currency: string): string {
  const decimals = ZERO_DECIMAL.has(currency) ? 0 : THREE_DECIMAL.has(currency) ? 3 : 2;
  return new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(amount / 10 ** decimals);
}

/** The sandbox's price for a charge: 2.9 %, rounded half up, and 30 minor units. */
export function processingFee(amount: number): number {
  return Math.min(amount, Math.floor((amount * 29 + 500) / 1000) + 30);
}
