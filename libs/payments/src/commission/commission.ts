import { type Money, money, percentage } from '#kernel';

/** What the platform keeps of a payment. */
export interface CommissionTerms {
  /** With up to two decimals. */
  readonly percent: number;
  readonly minimum: Money;
}

/** The percentage, rounded half up to a minor unit, and at least the minimum; never more than there is. */
export function commissionOn(amount: Money, { percent, minimum }: CommissionTerms): Money {
  const share = percentage(amount, percent);
  return money(Math.min(amount.amount, Math.max(share.amount, minimum.amount)), amount.currency);
}
