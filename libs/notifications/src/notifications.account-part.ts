import { type AccountPart, KeepsOfAccount } from '#auth';
import { Database } from '#platform';
import { NOTIFICATION_COLUMNS } from './feed/notification.entity.ts';

@KeepsOfAccount('notifications')
export class NotificationsAccountPart implements AccountPart {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<Record<string, unknown>> {
    const db = this.database.query;
    return {
      calendarAddress:
        (await db
          .selectFrom('calendarFeeds')
          .select(['createdAt', 'lastReadAt'])
          .where('userId', '=', userId)
          .executeTakeFirst()) ?? null,
      notifications: await db
        .selectFrom('notifications')
        .select(NOTIFICATION_COLUMNS)
        .where('userId', '=', userId)
        .where('deletedAt', 'is', null)
        .orderBy('createdAt')
        .execute(),
      reminders: await db
        .selectFrom('reminders')
        .select(['appointmentId', 'minutesBefore', 'dueAt', 'status', 'sentAt'])
        .where('userId', '=', userId)
        .orderBy('dueAt')
        .execute(),
    };
  }
}
