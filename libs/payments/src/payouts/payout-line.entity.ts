import { add, type Money, money } from '#kernel';
import type { FactKind } from '../ledger/ledger.service.ts';

/** A posting on a doctor's account that a payout pays, or takes off. */
export interface PayoutLine {
  readonly postingId: string;
  readonly kind: LineFact;
  /** What the doctor owed the platform, and not what the platform owed the doctor, changed. */
  readonly onReceivable: boolean;
  readonly occurredAt: Temporal.Instant;
  /** The payment of a visit, and the visit; `null` for what is not about one. */
  readonly paymentId: string | null;
  readonly appointmentId: string | null;
  /** What the patient paid, less what went back before the visit was over; of a refund, what went back (negative). */
  readonly gross: Money;
  /** The platform's part of it. */
  readonly commission: Money;
  /** What the doctor gets for it; negative is taken off. */
  readonly net: Money;
}

/** What changes how much can be paid out to a doctor. */
export const LINE_FACTS = [
  'earning_released',
  'refund_given',
  'refund_returned',
  'dispute_withdrawn',
  'dispute_reinstated',
  'advance_reserved',
  'advance_released',
  'payout_returned',
  'rest_carried',
  'rest_released',
] as const satisfies readonly FactKind[];
export type LineFact = (typeof LINE_FACTS)[number];

/** What a payout is made of, in one currency. */
export interface PayoutSums {
  readonly visits: number;
  readonly gross: Money;
  readonly commission: Money;
  /** And disputes. Net of commission; negative. */
  readonly refunds: Money;
  /** Refunds of visits that had been paid out already; negative. */
  readonly receivableSettled: Money;
  /** Advances, what came back of other payouts, and what they carried over. */
  readonly other: Money;
  /** What there is to pay. */
  readonly net: Money;
}

/** Facts by which money went back to a patient, or came from there again. */
const BACK: ReadonlySet<LineFact> = new Set([
  'refund_given',
  'refund_returned',
  'dispute_withdrawn',
  'dispute_reinstated',
]);

export function sumsOf(lines: readonly PayoutLine[], currency: string): PayoutSums {
  const sum = (of: readonly Money[]) => of.reduce(add, money(0, currency));
  const isEarning = ({ kind }: PayoutLine) => kind === 'earning_released';
  const isRefund = ({ kind }: PayoutLine) => BACK.has(kind);
  const earnings = lines.filter(isEarning);
  const refunds = lines.filter(isRefund);
  const net = (of: readonly PayoutLine[]) => sum(of.map((line) => line.net));
  return {
    visits: earnings.length,
    gross: sum(earnings.map(({ gross }) => gross)),
    commission: sum(earnings.map(({ commission }) => commission)),
    refunds: net(refunds.filter(({ onReceivable }) => !onReceivable)),
    receivableSettled: net(refunds.filter(({ onReceivable }) => onReceivable)),
    other: net(lines.filter((line) => !isEarning(line) && !isRefund(line))),
    net: net(lines),
  };
}
