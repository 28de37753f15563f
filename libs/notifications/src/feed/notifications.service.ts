import { Injectable } from '@nestjs/common';
import { AccountsService } from '#auth';
import { Clock, newId, notFound, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { containing, Database, given, pageOf, Transactional, Translator, within } from '#platform';
import { Outbox } from '../deliveries/outbox.ts';
import type { Notice } from '../messages/notice.ts';
import { Voice } from '../messages/voice.ts';
import {
  asNotification,
  NOTIFICATION_COLUMNS,
  type Notification,
  type NotificationType,
} from './notification.entity.ts';
import { NotificationFeed } from './notification-feed.ts';

export interface NotificationFilter {
  readonly type?: NotificationType;
  readonly read?: boolean;
  /** Matches title and body. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt'; readonly descending: boolean };
}

/** What people are told, each in their own list and, where it matters, in their mailbox. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly translator: Translator,
    private readonly accounts: AccountsService,
    private readonly outbox: Outbox,
    private readonly feed: NotificationFeed,
  ) {}

  /**
   * Tells a person of a fact, once, however often it is called: in the app, and outside of it as they want.
   * What goes out leaves after the transaction has committed.
   * Who has erased their account is told nothing.
   * @returns the notification's id; `null` when they had been told before, or are told nothing
   * @throws not_found `user_not_found`
   */
  @Transactional()
  async notify(userId: string, notice: Notice): Promise<string | null> {
    const reader = await this.accounts.byId(userId);
    if (reader.status === 'erased') return null;
    const voice = new Voice(this.translator, reader.language);
    const message = notice.say(voice);
    const now = this.clock.now();
    const added = await this.database.query
      .insertInto('notifications')
      .values({
        id: newId(),
        userId,
        position: await this.#nextPosition(userId),
        bulkId: notice.bulkId ?? null,
        type: notice.type,
        title: message.title,
        body: message.body,
        data: JSON.stringify(notice.data),
        cause: notice.cause,
        createdAt: now,
        updatedAt: now,
      })
      .onConflict((conflict) => conflict.columns(['userId', 'type', 'cause']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!added) return null;
    await this.outbox.plan(added.id, reader, notice, message, voice);
    this.database.afterCommit(() => this.feed.announce(userId));
    return added.id;
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

  /**
   * @param before leaves alone what came at or after this instant, which the reader may not have seen yet.
   * @returns how many were unread
   */
  async markAllRead(actor: UserActor, before?: Temporal.Instant): Promise<number> {
    const now = this.clock.now();
    const { numUpdatedRows } = await this.#changing(actor)
      .set({ readAt: now, updatedAt: now })
      .where('readAt', 'is', null)
      .where((eb) => eb.and(given([before && eb('createdAt', '<', before)])))
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

  /**
   * The place of the person's next notification. Until the transaction ends nobody else gets one for them, so
   * places are committed in their order.
   */
  async #nextPosition(userId: string): Promise<number> {
    const { position } = await this.database.query
      .insertInto('notificationPositions')
      .values({ userId, position: 1 })
      .onConflict((conflict) =>
        conflict
          .column('userId')
          .doUpdateSet((eb) => ({ position: eb('notificationPositions.position', '+', 1) })),
      )
      .returning('position')
      .executeTakeFirstOrThrow();
    return position;
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
