import { Injectable } from '@nestjs/common';
import { Clock, type UserActor } from '#kernel';
import { Database } from '#platform';
import type { Appointment } from './appointment.entity.ts';
import { doctorOnly, notCompleted } from './appointment.errors.ts';
import { AppointmentReader } from './appointment-reader.ts';
import { sideOf } from './appointments.policy.ts';
import { BookingService } from './booking.service.ts';

/** How long the patient has to take the time that the doctor proposes, unless it is sooner. */
const FOLLOW_UP_HOLD_HOURS = 24;

export interface FollowUp {
  /** Why the patient should come again. Health text. */
  readonly reason: string;
  /** By when, when no time is proposed. */
  readonly withinDays?: number;
  /** A slot of the doctor, which is kept for the patient. */
  readonly start?: Temporal.Instant;
}

/** The doctor asks the patient to come again. */
@Injectable()
export class FollowUpsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly reader: AppointmentReader,
    private readonly booking: BookingService,
  ) {}

  /**
   * Recommends to come again after a visit and, with a time, keeps that for the patient. A later one takes the
   * place of the recommendation; slots that were kept stay as they are.
   * @returns the visit with the recommendation, and the one that is kept.
   * @throws not_found `appointment_not_found`; forbidden `doctor_only`; conflict `appointment_not_completed`,
   *   `slot_taken`, `slot_not_offered`, `patient_busy`
   */
  async propose(
    actor: UserActor,
    appointmentId: string,
    { reason, withinDays, start }: FollowUp,
  ): Promise<{ visit: Appointment; proposed: Appointment | null }> {
    const visit = await this.reader.visible(actor, appointmentId);
    if (sideOf(actor, visit) !== 'doctor') throw doctorOnly();
    if (visit.status !== 'completed') throw notCompleted(visit.status);
    const proposed = start
      ? await this.booking.propose({
          doctorId: visit.practitionerId,
          patientId: visit.patientId,
          bookedBy: actor.userId,
          followUpOf: visit.id,
          start,
          reason,
          until: sooner(this.clock.now().add({ hours: FOLLOW_UP_HOLD_HOURS }), start),
        })
      : null;
    await this.database.query
      .updateTable('appointments')
      .set((eb) => ({
        followUpWithinDays: withinDays ?? null,
        followUpReason: this.reader.seal(visit.id, 'followUpReason', reason),
        version: eb('version', '+', 1),
        updatedAt: this.clock.now(),
      }))
      .where('id', '=', visit.id)
      .execute();
    return { visit: await this.reader.byId(visit.id), proposed };
  }
}

function sooner(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) < 0 ? a : b;
}
