import { Injectable } from '@nestjs/common';
import { AccountsService } from '#auth';
import { Clock, newId, notFound, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { containing, Database, given, Jobs, type Mail, pageOf, Transactional, within } from '#platform';
import { letter, type Message } from './messages.ts';
import {
  asNotification,
  NOTIFICATION_COLUMNS,
  type Notification,
  type NotificationData,
  type NotificationType,
} from './notification.entity.ts';
import { DeliverMail } from './queues.ts';

export interface NotificationFilter {
  readonly type?: NotificationType;
  readonly read?: boolean;
  /** Matches title and body. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt'; readonly descending: boolean };
}

/** Something that a person is to be told. */
export interface Notice extends Message {
  readonly type: NotificationType;
  readonly data: NotificationData;
  /** The fact behind it, such as `appointment:<id>`: a person hears of one fact once. */
  readonly cause: string;
  /** Also by mail, with a link to act on and an invitation for the calendar. */
  readonly mail?: {
    readonly link?: { readonly label: string; readonly url: string };
    readonly invitation?: Mail['invitation'];
  };
}

/** What people are told, each in their own list and, where it matters, in their mailbox. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly accounts: AccountsService,
  ) {}

  /**
   * Tells a person of a fact, once, however often it is called. The mail leaves after the transaction has
   * committed. Who has erased their account is told nothing.
   * @throws not_found `user_not_found`
   */
  @Transactional()
  async notify(userId: string, { type, title, body, data, cause, mail }: Notice): Promise<void> {
    const { email, firstName, status } = await this.accounts.byId(userId);
    if (status === 'erased') return;
    const now = this.clock.now();
    const id = newId();
    const added = await this.database.query
      .insertInto('notifications')
      .values({
        id,
        userId,
        type,
        title,
        body,
        data: JSON.stringify(data),
        cause,
        createdAt: now,
        updatedAt: now,
      })
      .onConflict((conflict) => conflict.columns(['userId', 'type', 'cause']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!added || !mail) return;
    const deliveryId = newId();
    await this.database.query
      .insertInto('notificationDeliveries')
      .values({
        id: deliveryId,
        notificationId: id,
        channel: 'email',
        recipient: email,
        subject: title,
        body: letter(firstName, body, mail.link),
        invitation: mail.invitation ? JSON.stringify(mail.invitation) : null,
        status: 'queued',
        createdAt: now,
        updatedAt: now,
      })
      .execute();
    await this.jobs.send(DeliverMail, { deliveryId });
  }

  /** The actor's own notifications, newest first unless asked otherwise. */
  async list(actor: UserActor, filter: NotificationFilter, page: PageRequest): Promise<Page<Notification>> {
    const { type, read, search, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.#own(actor)
        .where((eb) =>
          eb.and(
            given([
              type && eb('type', '=', type),
              read !== undefined && eb('readAt', read ? 'is not' : 'is', null),
              search &&
                eb.or([eb('title', 'ilike', containing(search)), eb('body', 'ilike', containing(search))]),
              ...within('createdAt', created),
              ...within('updatedAt', updated),
            ]),
          ),
        )
        .orderBy(by, descending ? 'desc' : 'asc')
        .orderBy('id', descending ? 'desc' : 'asc'),
      page,
    );
    return { ...found, items: found.items.map(asNotification) };
  }

  /** @throws not_found `notification_not_found`, also for somebody else's */
  async get(actor: UserActor, id: string): Promise<Notification> {
    const row = await this.#own(actor).where('id', '=', id).executeTakeFirst();
    if (!row) throw notFound('notification');
    return asNotification(row);
  }

  /**
   * Marks a notification as read or unread. Reading it again does not change when it was read.
   * @throws not_found `notification_not_found`
   */
  @Transactional()
  async mark(actor: UserActor, id: string, read: boolean): Promise<Notification> {
    const now = this.clock.now();
    await this.#changing(actor)
      .set({ readAt: read ? now : null, updatedAt: now })
      .where('id', '=', id)
      .where('readAt', read ? 'is' : 'is not', null)
      .execute();
    return this.get(actor, id);
  }

  /** @returns how many were unread. */
  async markAllRead(actor: UserActor): Promise<number> {
    const now = this.clock.now();
    const { numUpdatedRows } = await this.#changing(actor)
      .set({ readAt: now, updatedAt: now })
      .where('readAt', 'is', null)
      .executeTakeFirstOrThrow();
    return Number(numUpdatedRows);
  }

  /** @throws not_found `notification_not_found` */
  async remove(actor: UserActor, id: string): Promise<void> {
    const now = this.clock.now();
    const removed = await this.#changing(actor)
      .set({ deletedAt: now, updatedAt: now })
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst();
    if (!removed) throw notFound('notification');
  }

  #own(actor: UserActor) {
    return this.database.query
      .selectFrom('notifications')
      .select(NOTIFICATION_COLUMNS)
      .where('userId', '=', actor.userId)
      .where('deletedAt', 'is', null);
  }

  #changing(actor: UserActor) {
    return this.database.query
      .updateTable('notifications')
      .where('userId', '=', actor.userId)
      .where('deletedAt', 'is', null);
  }
}
