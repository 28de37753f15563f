import { type Money, money, subtract } from '#kernel';
import type { Posting } from '../ledger/ledger.service.ts';
import type { Payout } from './payout.entity.ts';

type Paid = Pick<Payout, 'practitionerId' | 'amount' | 'provider'>;

const negative = ({ amount, currency }: Money): Money => money(-amount, currency);

/**
 * Keeps back what is to be paid, and settles what the doctor owes with it.
 * @param settled of what the doctor owes: the doctor's earnings pay for it and for the amount.
 */
export function reservingPostings({ practitionerId, amount }: Paid, settled: Money): Posting[] {
  return [
    { account: { kind: 'doctor_available', practitionerId }, amount: subtract(amount, negative(settled)) },
    { account: { kind: 'doctor_receivable', practitionerId }, amount: negative(settled) },
    { account: { kind: 'payout_clearing', practitionerId }, amount: negative(amount) },
  ];
}

/**
 * What of its lines a payout does not pay is a line of its own, for the next one: taken out of these, and put to the
 * same account again.
 */
export function carryingPostings({ practitionerId, carried }: Pick<Payout, 'practitionerId' | 'carried'>) {
  const account = { kind: 'doctor_available' as const, practitionerId };
  return [
    { account, amount: carried },
    { account, amount: negative(carried) },
  ];
}

/** What was kept back has left the provider. */
export function payingPostings({ practitionerId, amount, provider }: Paid): Posting[] {
  return [
    { account: { kind: 'payout_clearing', practitionerId }, amount },
    { account: { kind: 'provider_clearing', provider }, amount: negative(amount) },
  ];
}

/** The provider took some of it back: the doctor has it still to get. */
export function takingBackPostings({ practitionerId, provider }: Paid, returned: Money): Posting[] {
  return [
    { account: { kind: 'provider_clearing', provider }, amount: returned },
    { account: { kind: 'doctor_available', practitionerId }, amount: negative(returned) },
  ];
}
