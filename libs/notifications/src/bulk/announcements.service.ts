import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { AccountsService } from '#auth';
import { newId, notFound, type UserActor } from '#kernel';
import { Database, Transactional } from '#platform';
import { asNotification, NOTIFICATION_COLUMNS, type Notification } from '../feed/notification.entity.ts';
import type { Channel } from '../feed/notification-groups.ts';
import { NotificationsService } from '../feed/notifications.service.ts';
import type { Notice } from '../messages/notice.ts';

/** What an administrator writes, in the words that its readers get. It must not carry health data. */
export interface Announcement {
  readonly title: string;
  readonly body: string;
  /** The ways out of the app that it may take, as far as its reader wants them; none for in the app only. */
  readonly channels: readonly Channel[];
}

/** Messages of administrators to one person. */
@Injectable()
export class AnnouncementsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly audit: AuditService,
    private readonly notifications: NotificationsService,
  ) {}

  /** @throws not_found `user_not_found`, also for an account that is not active */
  @Transactional()
  async send(actor: UserActor, userId: string, announcement: Announcement): Promise<Notification> {
    const { status } = await this.accounts.byId(userId);
    if (status !== 'active') throw notFound('user');
    const id = await this.notifications.notify(userId, asNotice(announcement, `announcement:${newId()}`));
    await this.audit.record(actor, {
      action: 'notification.send',
      resource: 'notification',
      resourceId: id,
    });
    return this.database.query
      .selectFrom('notifications')
      .select(NOTIFICATION_COLUMNS)
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
      .then(asNotification);
  }
}

/** The same words everywhere: nobody but their author knows how to make them shorter. */
export function asNotice({ title, body, channels }: Announcement, cause: string): Notice {
  return {
    type: 'announcement',
    say: () => ({ title, body, short: `${title}: ${body}` }),
    data: {},
    cause,
    mail: {},
    channels,
  };
}
