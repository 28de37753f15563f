import { conflict, gone, invalid } from '#kernel';

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
export const ownPractice = () => invalid('own_practice', 'A doctor cannot book a visit with themselves.');
export const notAccepting = () =>
  conflict('doctor_not_accepting', 'This doctor takes no new bookings at present.');
export const holdExpired = () => gone('hold_expired', 'The slot is no longer held. Book it again.');
export const versionChanged = (version: number) =>
  conflict('version_changed', 'The visit was changed in the meantime. Read it again.', { version });
