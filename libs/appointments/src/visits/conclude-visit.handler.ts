import { z } from 'zod';
import { type Actor, Clock } from '#kernel';
import { Database, defineQueue, HandlesJob, type JobHandler, Jobs, Transactional } from '#platform';
import { AppointmentCompleted, AppointmentNoShow } from '../events.ts';
import type { Appointment } from './appointment.entity.ts';
import { AppointmentReader } from './appointment-reader.ts';

export const ConcludeVisit = defineQueue('appointments.conclude', z.object({ appointmentId: z.uuid() }));

/** A visit that its doctor has not ended this long after its planned end is taken for over. */
const LEFT_OPEN_HOURS = 4;

/** Looks at a visit when nobody can come any more: who was missing, or whether it was only left open. */
@HandlesJob(ConcludeVisit)
export class ConcludeVisitHandler implements JobHandler<{ appointmentId: string }> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly reader: AppointmentReader,
  ) {}

  @Transactional()
  async handle(actor: Actor, { appointmentId }: { appointmentId: string }): Promise<void> {
    const visit = await this.reader.locked(actor, appointmentId);
    // Moved in the meantime: the new time has a job of its own.
    if (!this.#isPast(visit.window.closesAt)) return;
    if (visit.status === 'in_progress' && visit.patientArrivedAt) await this.#complete(visit);
    else if (['scheduled', 'arrived', 'in_progress'].includes(visit.status)) await this.#missed(visit);
  }

  async #missed(visit: Appointment): Promise<void> {
    const absent = absentFrom(visit);
    await this.#change(visit.id, { status: 'no_show', absent });
    await this.jobs.publish(AppointmentNoShow, { appointmentId: visit.id, absent });
  }

  async #complete({ id, endsAt }: Appointment): Promise<void> {
    const leftOpen = endsAt.add({ hours: LEFT_OPEN_HOURS });
    if (!this.#isPast(leftOpen)) {
      return this.jobs.send(ConcludeVisit, { appointmentId: id }, { startAfter: leftOpen });
    }
    await this.#change(id, { status: 'completed', endedAt: this.clock.now() });
    await this.jobs.publish(AppointmentCompleted, { appointmentId: id });
  }

  #isPast(instant: Temporal.Instant): boolean {
    return Temporal.Instant.compare(instant, this.clock.now()) <= 0;
  }

  async #change(id: string, changes: object): Promise<void> {
    await this.database.query
      .updateTable('appointments')
      .set((eb) => ({ ...changes, version: eb('version', '+', 1), updatedAt: this.clock.now() }))
      .where('id', '=', id)
      .execute();
  }
}

/** Both may have been there: a visit that its doctor did not begin was missed by the doctor. */
function absentFrom({ patientArrivedAt, doctorArrivedAt }: Appointment): 'patient' | 'doctor' | 'both' {
  if (patientArrivedAt) return 'doctor';
  return doctorArrivedAt ? 'patient' : 'both';
}
