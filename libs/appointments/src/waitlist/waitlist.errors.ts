import { conflict, forbidden, invalid } from '#kernel';
import type { FreeSlot } from '../visits/appointment.errors.ts';

export const alreadyWaiting = () =>
  conflict('already_waiting', 'You are on the waitlist of this doctor already.');
export const slotsFree = (nearestFree: readonly FreeSlot[]) =>
  conflict('slots_free', 'The doctor has free slots in this time. Book one.', { nearest_free: nearestFree });
export const rangeNotUsable = (days: number) =>
  invalid('invalid_range', `The days must not be over, in order, and at most ${days}.`, { max_days: days });
export const notYourEntry = () => forbidden('patient_only', 'Only the patient leaves the waitlist.');
