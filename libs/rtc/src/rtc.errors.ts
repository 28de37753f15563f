import { conflict, forbidden, gone } from '#kernel';

export const roomEnded = (reason: string | null) => gone('room_ended', 'This visit is over.', { reason });
export const notConfirmed = (status: string) =>
  conflict('appointment_not_confirmed', 'A room opens when the visit is confirmed.', { status });
export const notAMember = () => forbidden('not_a_participant', 'Only the people of this visit may enter.');
export const doctorOnly = () => forbidden('doctor_only', 'Only the doctor of the visit may do this.');
export const notUnderWay = (status: string) =>
  conflict('visit_not_under_way', 'This is for a visit that has begun.', { status });
export const alreadyBegun = (status: string) =>
  conflict('visit_has_begun', 'This is for a visit that has not begun.', { status });
export const guestsFull = (most: number) =>
  conflict('guests_full', `At most ${most} guests belong to a visit. Withdraw one first.`, { most });
export const linkSpent = (why: 'used' | 'expired' | 'withdrawn') =>
  gone(`guest_link_${why}`, 'This link leads nowhere any more. Ask for a new one.');
export const guestWithdrawn = () => gone('guest_withdrawn', 'You are not invited to this visit any more.');
