import type { Selectable } from 'kysely';
import { type Money, money } from '#kernel';
import type { Tables } from '#platform';

type Row = Selectable<Tables['payments']>;

export type PaymentStatus = Row['status'];

/** What a patient pays for one visit, through one provider. */
export interface Payment
  extends Omit<Row, 'amount' | 'currency' | 'refundedAmount' | 'commissionAmount' | 'practitionerId'> {
  /** The staff member, who is the doctor. */
  readonly practitionerId: string;
  /** What is charged: the fee of the visit. */
  readonly amount: Money;
  /** What has been given back of it. */
  readonly refunded: Money;
  /** What the platform keeps of `amount` when nothing is given back. */
  readonly commission: Money;
}

export const PAYMENT_COLUMNS = [
  'payments.id',
  'payments.organizationId',
  'payments.appointmentId',
  'payments.practitionerId',
  'payments.patientId',
  'payments.payerUserId',
  'payments.provider',
  'payments.providerReference',
  'payments.amount',
  'payments.currency',
  'payments.refundedAmount',
  'payments.commissionAmount',
  'payments.commissionRuleId',
  'payments.status',
  'payments.failureCode',
  'payments.succeededAt',
  'payments.createdAt',
  'payments.updatedAt',
] as const;

export function asPayment({ amount, currency, refundedAmount, commissionAmount, ...row }: Row): Payment {
  const of = (minorUnits: number): Money => money(minorUnits, currency);
  return { ...row, amount: of(amount), refunded: of(refundedAmount), commission: of(commissionAmount) };
}
