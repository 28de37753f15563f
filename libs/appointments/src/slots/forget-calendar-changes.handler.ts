import { sql } from 'kysely';
import { Database, type JobHandler, OnSchedule } from '#platform';

/** Removes notes of calendar changes that no process can have missed: who did not look for longer reads anew. */
@OnSchedule('41 * * * *', 'appointments.forget-calendar-changes')
export class ForgetCalendarChangesHandler implements JobHandler<Record<string, never>> {
  constructor(private readonly database: Database) {}

  async handle(): Promise<void> {
    // The database's own clock made them.
    await this.database.query
      .deleteFrom('calendarChanges')
      .where('changedAt', '<', sql<Temporal.Instant>`now() - interval '1 day'`)
      .execute();
  }
}
