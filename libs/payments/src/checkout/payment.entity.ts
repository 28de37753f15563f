import type { Selectable } from 'kysely';
import { add, type Money, money } from '#kernel';
import type { Tables } from '#platform';

type Row = Selectable<Tables['payments']>;

export type PaymentStatus = Row['status'];

/** What a patient pays for one visit, through one provider. */
export interface Payment
  extends Omit<
    Row,
    'amount' | 'currency' | 'refundedAmount' | 'disputedAmount' | 'commissionAmount' | 'practitionerId'
  > {
  /** The staff member, who is the doctor. */
  readonly practitionerId: string;
  /** What is charged: the fee of the visit. */
  readonly amount: Money;
  /** What has been given back of it. */
  readonly refunded: Money;
  /** What the provider has taken of it for disputes and not given back; with other currencies it can be more. */
  readonly disputed: Money;
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
  'payments.disputedAmount',
  'payments.commissionAmount',
  'payments.commissionRuleId',
  'payments.status',
  'payments.isSurplus',
  'payments.failureCode',
  'payments.succeededAt',
  'payments.createdAt',
  'payments.updatedAt',
] as const;

export function asPayment(stored: Row): Payment {
  const { amount, currency, refundedAmount, disputedAmount, commissionAmount, ...row } = stored;
  const of = (minorUnits: number): Money => money(minorUnits, currency);
  return {
    ...row,
    amount: of(amount),
    refunded: of(refundedAmount),
    disputed: of(disputedAmount),
    commission: of(commissionAmount),
  };
}

/** What is no longer there of a payment: given back, or taken for a dispute. */
export function goneOf({ refunded, disputed }: Pick<Payment, 'refunded' | 'disputed'>): Money {
  return add(refunded, disputed);
}
