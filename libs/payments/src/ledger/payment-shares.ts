import { type Money, money, subtract } from '#kernel';
import type { Payment } from '../checkout/payment.entity.ts';
import type { Posting } from './ledger.service.ts';

/** Where a doctor's part of a payment lies, or what the doctor owes of it. */
export type DoctorAccount = 'doctor_pending' | 'doctor_available' | 'doctor_receivable';

type Priced = Pick<Payment, 'amount' | 'commission' | 'provider' | 'practitionerId'>;

/** How a payment is divided: what came in is the platform's commission and the doctor's net. */
export interface Shares {
  readonly gross: Money;
  readonly commission: Money;
  readonly net: Money;
}

/**
 * What is left of a payment after `gone` of it went back. The commission shrinks in proportion, rounded
 * half up; because it follows from the sum of what went back, and not from each part, many small refunds end
 * exactly where one large refund ends. What a provider takes beyond the payment is the platform's loss.
 */
export function sharesAfter({ amount, commission }: Priced, gone: Money): Shares {
  const gross = subtract(amount, gone);
  if (gross.amount < 0) return { gross, commission: gross, net: money(0, amount.currency) };
  const [whole, part, of] = [BigInt(amount.amount), BigInt(gross.amount), BigInt(commission.amount)];
  const kept = money(Number((of * part * 2n + whole) / (whole * 2n)), amount.currency);
  return { gross, commission: kept, net: subtract(gross, kept) };
}

/** Nothing has come in yet. */
export function noShares({ amount }: Priced): Shares {
  const none = money(0, amount.currency);
  return { gross: none, commission: none, net: none };
}

/** The postings that bring a payment from one division to another, with the doctor's part on `account`. */
export function postingsBetween(
  { provider, practitionerId }: Priced,
  before: Shares,
  after: Shares,
  account: DoctorAccount,
): Posting[] {
  return [
    { account: { kind: 'provider_clearing', provider }, amount: subtract(after.gross, before.gross) },
    { account: { kind: account, practitionerId }, amount: subtract(before.net, after.net) },
    { account: { kind: 'platform_revenue' }, amount: subtract(before.commission, after.commission) },
  ];
}

/** The visit is over: what is left becomes the doctor's to have. */
export function releasingPostings({ practitionerId }: Priced, { net }: Shares): Posting[] {
  const credit = money(-net.amount, net.currency);
  return [
    { account: { kind: 'doctor_pending', practitionerId }, amount: net },
    { account: { kind: 'doctor_available', practitionerId }, amount: credit },
  ];
}

/** What a provider keeps for itself is the platform's cost. */
export function feePostings(provider: string, fee: Money): Posting[] {
  return [
    { account: { kind: 'provider_fees', provider }, amount: fee },
    { account: { kind: 'provider_clearing', provider }, amount: money(-fee.amount, fee.currency) },
  ];
}
