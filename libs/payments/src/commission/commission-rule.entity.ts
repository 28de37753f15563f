import type { Selectable } from 'kysely';
import { type Money, money } from '#kernel';
import type { Tables } from '#platform';

type Row = Selectable<Tables['commissionRules']>;

/** What the platform keeps of payments in one currency, from when until when. */
export interface CommissionRule extends Omit<Row, 'basisPoints' | 'minimumAmount' | 'currency'> {
  /** `null` for every doctor who has no rule of their own in force. */
  readonly practitionerId: string | null;
  /** With up to two decimals. */
  readonly percent: number;
  readonly minimum: Money;
}

export function asCommissionRule({ basisPoints, minimumAmount, currency, ...row }: Row): CommissionRule {
  return { ...row, percent: basisPoints / 100, minimum: money(minimumAmount, currency) };
}
