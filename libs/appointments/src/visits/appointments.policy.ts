import type { Actor } from '#kernel';
import type { Appointment } from './appointment.entity.ts';

/** On which side of a visit the actor stands. Whoever is neither patient nor doctor acts as an administrator. */
export function sideOf(actor: Actor, visit: Appointment): 'patient' | 'doctor' | 'admin' | 'system' {
  if (actor.userId === null) return 'system';
  if (visit.practitioner.userId === actor.userId) return 'doctor';
  if (visit.patient.userId === actor.userId) return 'patient';
  return 'admin';
}
