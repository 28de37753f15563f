import { AccountErased } from '#auth';
import type { Actor } from '#kernel';
import { Database, type DataOf, type JobHandler, OnEvent, Transactional } from '#platform';

/** What a person has here beside what they were told. That a bulk went to them is the bulk's. */
const OWN = [
  'calendarFeeds',
  'notificationPositions',
  'notificationPreferences',
  'notificationStreamTickets',
  'pushSubscriptions',
  'reminders',
] as const;

/** Forgets what an erased account was told, and where it was written to. */
@OnEvent(AccountErased, 'notifications.forget')
export class OnAccountErased implements JobHandler<DataOf<typeof AccountErased>> {
  constructor(private readonly database: Database) {}

  @Transactional()
  async handle(_actor: Actor, { userId }: DataOf<typeof AccountErased>): Promise<void> {
    const db = this.database.query;
    const told = db.selectFrom('notifications').select('id').where('userId', '=', userId);
    await db.deleteFrom('notificationDeliveries').where('notificationId', 'in', told).execute();
    await db.deleteFrom('notifications').where('userId', '=', userId).execute();
    for (const table of OWN) await db.deleteFrom(table).where('userId', '=', userId).execute();
  }
}
