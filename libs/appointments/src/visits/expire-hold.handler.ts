import { z } from 'zod';
import type { Actor } from '#kernel';
import { Clock } from '#kernel';
import { Database, defineQueue, HandlesJob, type JobHandler, Jobs, Transactional } from '#platform';
import { AppointmentExpired } from '../events.ts';
import { AppointmentReader } from './appointment-reader.ts';

export const ExpireHold = defineQueue('appointments.expire-hold', z.object({ appointmentId: z.uuid() }));

/** Frees the slot of a visit that was not paid for in time, and says so once. */
@HandlesJob(ExpireHold)
export class ExpireHoldHandler implements JobHandler<{ appointmentId: string }> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly reader: AppointmentReader,
  ) {}

  @Transactional()
  async handle(actor: Actor, { appointmentId }: { appointmentId: string }): Promise<void> {
    const visit = await this.reader.locked(actor, appointmentId);
    // `expired` too: a booking that needed the slot may have marked it before this job ran.
    if (visit.status !== 'held' && visit.status !== 'expired') return;
    await this.database.query
      .updateTable('appointments')
      .set({ status: 'expired', updatedAt: this.clock.now() })
      .where('id', '=', visit.id)
      .execute();
    await this.jobs.publish(AppointmentExpired, { appointmentId });
  }
}
