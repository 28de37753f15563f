import type { CancellationPolicy } from '#doctors';
import { chargeableFor, type Money, money, percentage } from '#kernel';

export type CancelledBy = 'patient' | 'doctor' | 'admin' | 'system';

/** What moving a visit has done to its policy's free part: nothing, prolonged it to the start, or used it up. */
export type FreeCancellation = 'by_policy' | 'until_start' | 'never';

/** A patient whose doctor has not come this long after the start has waited long enough. */
export const PATIENCE_MINUTES = 10;

/** What a quote depends on. */
export interface Quotable {
  /** The doctor's, as it was when the visit was booked. */
  readonly cancellationPolicy: CancellationPolicy;
  readonly freeCancellation: FreeCancellation;
  readonly fee: Money;
  readonly startsAt: Temporal.Instant;
  readonly patientArrivedAt: Temporal.Instant | null;
  readonly doctorArrivedAt: Temporal.Instant | null;
}

export interface CancellationQuote {
  readonly refundPercent: number;
  readonly refund: Money;
}

/** Until when the patient gets everything back; `null` when that time was used up by a late move. */
export function freeUntil({
  cancellationPolicy,
  freeCancellation,
  startsAt,
}: Quotable): Temporal.Instant | null {
  if (freeCancellation === 'never') return null;
  if (freeCancellation === 'until_start') return startsAt;
  return startsAt.subtract({ hours: cancellationPolicy.freeUntilHours });
}

/**
 * What the patient gets back of the fee when `by` cancels at `at`. Who did not cause it loses nothing. Where
 * money goes back in steps, a part of a step is the patient's.
 */
export function quote(visit: Quotable, by: CancelledBy, at: Temporal.Instant): CancellationQuote {
  const refundPercent = by === 'patient' ? percentFor(visit, at) : 100;
  const { amount, currency } = chargeableFor(percentage(visit.fee, refundPercent));
  return { refundPercent, refund: money(Math.min(amount, visit.fee.amount), currency) };
}

function percentFor(visit: Quotable, at: Temporal.Instant): number {
  const { partialRefundPercent, partialUntilHours } = visit.cancellationPolicy;
  const free = freeUntil(visit);
  if ((free && isBy(at, free)) || waitsInVain(visit, at)) return 100;
  return isBy(at, visit.startsAt.subtract({ hours: partialUntilHours })) ? partialRefundPercent : 0;
}

function waitsInVain({ startsAt, patientArrivedAt, doctorArrivedAt }: Quotable, at: Temporal.Instant) {
  return (
    patientArrivedAt !== null &&
    doctorArrivedAt === null &&
    isBy(startsAt.add({ minutes: PATIENCE_MINUTES }), at)
  );
}

function isBy(at: Temporal.Instant, limit: Temporal.Instant): boolean {
  return Temporal.Instant.compare(at, limit) <= 0;
}
