import { conflict, forbidden, gone, invalid, paymentRequired } from '#kernel';

/** A stretch of time that can be booked instead. */
export interface FreeSlot {
  readonly start: string;
  readonly end: string;
}

export const slotTaken = (nearestFree: readonly FreeSlot[]) =>
  conflict('slot_taken', 'This time has just been taken.', { nearest_free: nearestFree });
export const dayFull = (nearestFree: readonly FreeSlot[]) =>
  conflict('day_full', 'The doctor takes no more visits on this day.', { nearest_free: nearestFree });
export const slotNotOffered = (nearestFree: readonly FreeSlot[]) =>
  conflict('slot_not_offered', 'The doctor offers no slot at this time.', { nearest_free: nearestFree });
export const patientBusy = (appointmentId: string) =>
  conflict('patient_busy', 'You have another visit at this time.', { appointment_id: appointmentId });
export const tooManyHolds = (most: number) =>
  conflict('too_many_holds', 'You hold visits that are not paid for. Pay or cancel one of them first.', {
    most,
  });
export const ownPractice = () => invalid('own_practice', 'A doctor cannot book a visit with themselves.');
export const notAccepting = () =>
  conflict('doctor_not_accepting', 'This doctor takes no new bookings at present.');
export const holdExpired = () => gone('hold_expired', 'The slot is no longer held. Book it again.');
export const versionChanged = (version: number) =>
  conflict('version_changed', 'The visit was changed in the meantime. Read it again.', { version });
export const tooEarly = (opensAt: Temporal.Instant) =>
  conflict('too_early', 'The visit has not opened yet.', { opens_at: opensAt.toString() });
export const tooLate = (closedAt: Temporal.Instant) =>
  conflict('too_late', 'The time of the visit is over.', { closed_at: closedAt.toString() });
export const tooLateToMove = (movableUntil: Temporal.Instant) =>
  conflict('too_late_to_move', 'It is too late to move this visit.', {
    movable_until: movableUntil.toString(),
  });
export const movedTooOften = (limit: number) =>
  conflict('moved_too_often', 'This visit cannot be moved once more.', { limit });
export const patientOnly = () => forbidden('patient_only', 'Only the patient of the visit may do this.');
export const doctorOnly = () => forbidden('doctor_only', 'Only the doctor of the visit may do this.');
export const toBePaid = (appointmentId: string) =>
  paymentRequired('payment_required', 'Pay for the visit to take it.', { appointment_id: appointmentId });
export const notCompleted = (status: string) =>
  conflict('appointment_not_completed', 'A visit is continued when it has taken place.', { status });
