import { conflict, forbidden, gone } from '#kernel';

export const roomEnded = (reason: string | null) => gone('room_ended', 'This visit is over.', { reason });
export const notConfirmed = (status: string) =>
  conflict('appointment_not_confirmed', 'A room opens when the visit is confirmed.', { status });
export const notAMember = () => forbidden('not_a_participant', 'Only the people of this visit may enter.');
export const doctorOnly = () => forbidden('doctor_only', 'Only the doctor of the visit may do this.');
