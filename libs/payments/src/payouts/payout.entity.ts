import type { Selectable } from 'kysely';
import { type Money, money } from '#kernel';
import type { Tables } from '#platform';

type Row = Selectable<Tables['payouts']>;

export type PayoutStatus = Row['status'];
export type PayoutKind = Row['kind'];

/** Money on its way to a doctor, or there. */
export interface Payout
  extends Omit<
    Row,
    'amount' | 'currency' | 'returnedAmount' | 'carriedAmount' | 'practitionerId' | 'periodFrom' | 'periodTo'
  > {
  /** The staff member, who is the doctor. */
  readonly practitionerId: string;
  readonly amount: Money;
  /** What of its lines is less than the provider can transfer; the next payout pays it. */
  readonly carried: Money;
  /** What the provider took back after it was paid. */
  readonly returned: Money;
  /** What it was generated for; `null` for one of what there was. */
  readonly period: PayoutPeriod | null;
}

/** A half-open range of instants. */
export interface PayoutPeriod {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

export function asPayout({
  amount,
  currency,
  returnedAmount,
  carriedAmount,
  periodFrom,
  periodTo,
  ...row
}: Row): Payout {
  return {
    ...row,
    amount: money(amount, currency),
    carried: money(carriedAmount, currency),
    returned: money(returnedAmount, currency),
    period: periodFrom && periodTo && { from: periodFrom, to: periodTo },
  };
}
