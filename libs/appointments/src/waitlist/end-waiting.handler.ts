import { z } from 'zod';
import { type Actor, Clock } from '#kernel';
import { Database, defineQueue, HandlesJob, type JobHandler } from '#platform';

export const EndWaiting = defineQueue('appointments.end-waiting', z.object({ entryId: z.uuid() }));

/** The days are over. Who still has an offer keeps it: settling it ends the entry. */
@HandlesJob(EndWaiting)
export class EndWaitingHandler implements JobHandler<{ entryId: string }> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async handle(_actor: Actor, { entryId }: { entryId: string }): Promise<void> {
    await this.database.query
      .updateTable('waitlistEntries')
      .set({ status: 'ended', updatedAt: this.clock.now() })
      .where('id', '=', entryId)
      .where('status', '=', 'waiting')
      .execute();
  }
}
