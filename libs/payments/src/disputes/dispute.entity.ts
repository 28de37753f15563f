import type { Selectable } from 'kysely';
import { type Money, money } from '#kernel';
import type { Tables } from '#platform';

type Row = Selectable<Tables['disputes']>;

export type DisputeStatus = Row['status'];

/** The patient's bank asks for the money of a payment back, or asks about it. */
export interface Dispute
  extends Omit<Row, 'amount' | 'currency' | 'withdrawnAmount' | 'feeAmount' | 'feeCurrency'> {
  /** What the bank disputes. */
  readonly amount: Money;
  /** What the provider has taken of it and not given back. */
  readonly withdrawn: Money;
  /** What the provider asks for the dispute itself, in the currency of the platform's account. */
  readonly fee: Money;
}

export function asDispute(stored: Row): Dispute {
  const { amount, currency, withdrawnAmount, feeAmount, feeCurrency, ...row } = stored;
  return {
    ...row,
    amount: money(amount, currency),
    withdrawn: money(withdrawnAmount, currency),
    fee: money(feeAmount, feeCurrency),
  };
}
