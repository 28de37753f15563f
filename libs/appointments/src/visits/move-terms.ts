import type { Appointment } from './appointment.entity.ts';
import { movedTooOften, tooLateToMove } from './appointment.errors.ts';
import type { sideOf } from './appointments.policy.ts';
import { type FreeCancellation, freeUntil } from './cancellation-policy.ts';

/** How often a patient may move one visit. */
const PATIENT_MOVES = 3;

type Side = ReturnType<typeof sideOf>;

/**
 * A doctor may move a visit whenever it has not begun; a patient a few times, and as long before the start as
 * the doctor wants to know of a booking.
 * @throws conflict `too_late_to_move`, `moved_too_often`
 */
export function assertMovable(
  { startsAt, patientMoves }: Appointment,
  by: Side,
  at: Temporal.Instant,
  minimumNoticeMinutes: number,
): void {
  if (by !== 'patient') return;
  const movableUntil = startsAt.subtract({ minutes: minimumNoticeMinutes });
  if (Temporal.Instant.compare(at, movableUntil) >= 0) throw tooLateToMove(movableUntil);
  if (patientMoves >= PATIENT_MOVES) throw movedTooOften(PATIENT_MOVES);
}

/**
 * What a move changes beside the time. A patient did not choose a time that the doctor moved the visit to,
 * and may call it off for nothing; a patient who moves it when calling off would cost something cannot get
 * out of that by moving it far away first.
 */
export function termsAfterMove(
  visit: Appointment,
  by: Side,
  at: Temporal.Instant,
): { patientMoves: number; freeCancellation: FreeCancellation } {
  const { patientMoves } = visit;
  if (by !== 'patient') return { patientMoves, freeCancellation: 'until_start' };
  const free = freeUntil(visit);
  const inTime = free !== null && Temporal.Instant.compare(at, free) <= 0;
  return { patientMoves: patientMoves + 1, freeCancellation: inTime ? 'by_policy' : 'never' };
}
