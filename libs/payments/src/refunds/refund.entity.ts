import type { Selectable } from 'kysely';
import { type Money, money } from '#kernel';
import type { Tables } from '#platform';

type Row = Selectable<Tables['refunds']>;

export type RefundStatus = Row['status'];
export type RefundCause = Row['cause'];

/** Money on its way back to the patient, or back there. */
export interface Refund extends Omit<Row, 'amount' | 'currency'> {
  readonly amount: Money;
}

export function asRefund({ amount, currency, ...row }: Row): Refund {
  return { ...row, amount: money(amount, currency) };
}
