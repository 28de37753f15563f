import { type Money, percentage } from '#kernel';

export type CancelledBy = 'patient' | 'doctor' | 'admin' | 'system';

/** What cancelling costs. A visit keeps the policy that was in force when it was booked. */
export interface CancellationPolicy {
  /** A patient who cancels at least this many hours before the start gets everything back. */
  readonly freeUntilHours: number;
  /** What a patient gets back who cancels later, in percent of the fee. */
  readonly partialRefundPercent: number;
}

export const CANCELLATION_POLICY: CancellationPolicy = { freeUntilHours: 24, partialRefundPercent: 50 };

export interface CancellationQuote {
  readonly refundPercent: number;
  readonly refund: Money;
}

/** What the patient gets back when `by` cancels at `at`. Who did not cause it loses nothing. */
export function quote(
  visit: { policy: CancellationPolicy; fee: Money; startsAt: Temporal.Instant },
  by: CancelledBy,
  at: Temporal.Instant,
): CancellationQuote {
  const { freeUntilHours, partialRefundPercent } = visit.policy;
  const inTime = Temporal.Instant.compare(at.add({ hours: freeUntilHours }), visit.startsAt) <= 0;
  const refundPercent = by !== 'patient' || inTime ? 100 : partialRefundPercent;
  return { refundPercent, refund: percentage(visit.fee, refundPercent) };
}
