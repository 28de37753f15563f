import { stateMachine } from '#kernel';
import type { AppointmentStatus } from './appointment.entity.ts';

export const appointmentStates = stateMachine<AppointmentStatus>('appointment', {
  held: ['scheduled', 'cancelled', 'expired'],
  scheduled: ['arrived', 'in_progress', 'cancelled', 'no_show'],
  // Moved to another time, the patient has yet to arrive.
  arrived: ['scheduled', 'in_progress', 'cancelled', 'no_show'],
  // Begun by a doctor to whom nobody came.
  in_progress: ['completed', 'no_show'],
  completed: [],
  cancelled: [],
  no_show: [],
  // A payment that arrives late still gets its slot when nobody else took it.
  expired: ['scheduled'],
});

/** The states in which a visit takes up its time. The exclusion constraints of the table name the same. */
export const LIVE: readonly AppointmentStatus[] = ['held', 'scheduled', 'arrived', 'in_progress'];
