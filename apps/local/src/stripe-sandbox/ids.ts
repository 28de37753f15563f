import { randomText } from '../payment-sandbox/random-text.ts';

/** An id as Stripe writes it: `pi_` and 24 letters and digits. Opaque: nothing may be read out of it. */
export function stripeId(prefix: string): string {
  return `${prefix}_${randomText(24)}`;
}

/** What a browser holds to pay one intent; it starts with the intent's id. */
export function clientSecret(intentId: string): string {
  return `${intentId}_secret_${randomText(25)}`;
}

/** The part of an onboarding link that nobody can guess. */
export function linkSecret(): string {
  return randomText(32);
}
