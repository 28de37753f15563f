import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AuditService } from '#audit';
import { Clock, DomainError, newId, notFound, type UserActor } from '#kernel';
import { anyOf, Database, Jobs, Transactional } from '#platform';
import type { Channel } from '../feed/notification-groups.ts';
import { NotificationsService } from '../feed/notifications.service.ts';
import { recipientsNotFound } from '../notifications.errors.ts';
import { SendBulk } from '../queues.ts';
import { asNotice } from './announcements.service.ts';
import { type BulkState, bulkStates } from './bulk.states.ts';
import { meant } from './bulk-audience.ts';
import type { Audience, BulkNotification, BulkRequest } from './bulk-notification.entity.ts';

/** How many people one job tells: a few seconds of work. */
const CHUNK = 100;

const BULK_COLUMNS = [
  'id',
  'authorUserId',
  'title',
  'body',
  'channels',
  'state',
  'createdAt',
  'updatedAt',
] as const;

/**
 * One message of an administrator to many people. Its people are written down once when it begins; each is
 * then told and crossed off in one transaction, so that a process may die anywhere and the next goes on.
 */
@Injectable()
export class BulkNotificationsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
    private readonly notifications: NotificationsService,
  ) {}

  /** @throws invalid `recipients_not_found` when a listed person has no active account */
  @Transactional()
  async send(actor: UserActor, { title, body, channels, audience }: BulkRequest): Promise<BulkNotification> {
    if ('userIds' in audience) await this.#assertActive(audience.userIds);
    const id = newId();
    const now = this.clock.now();
    await this.database.query
      .insertInto('notificationBulks')
      .values({
        id,
        authorUserId: actor.userId,
        title,
        body,
        channels: [...channels],
        audience: JSON.stringify(audience),
        state: 'queued',
        createdAt: now,
        updatedAt: now,
      })
      .execute();
    await this.jobs.send(SendBulk, { bulkId: id });
    await this.#audited(actor, 'notification.send_bulk', id);
    return this.get(actor, id);
  }

  /**
   * How far it has come.
   * @throws not_found `bulk_not_found`
   */
  async get(_actor: UserActor, id: string): Promise<BulkNotification> {
    const bulk = await this.database.query
      .selectFrom('notificationBulks')
      .select(BULK_COLUMNS)
      .where('id', '=', id)
      .executeTakeFirst();
    if (!bulk) throw notFound('bulk');
    const [people, deliveries] = await Promise.all([
      this.database.query
        .selectFrom('notificationBulkRecipients')
        .select(({ fn }) => [
          fn.countAll<number>().as('total'),
          fn.countAll<number>().filterWhere('status', '=', 'queued').as('queued'),
          fn.countAll<number>().filterWhere('status', '=', 'sent').as('sent'),
          fn.countAll<number>().filterWhere('status', '=', 'failed').as('failed'),
          fn.countAll<number>().filterWhere('status', '=', 'cancelled').as('cancelled'),
        ])
        .where('bulkId', '=', id)
        .executeTakeFirstOrThrow(),
      this.database.query
        .selectFrom('notificationDeliveries as delivery')
        .innerJoin('notifications as notification', 'notification.id', 'delivery.notificationId')
        .select(({ fn }) => [
          fn.countAll<number>().as('total'),
          fn.countAll<number>().filterWhere('status', 'in', ['queued', 'retrying']).as('queued'),
          fn.countAll<number>().filterWhere('status', '=', 'sent').as('sent'),
          fn.countAll<number>().filterWhere('status', '=', 'failed').as('failed'),
        ])
        .where('notification.bulkId', '=', id)
        .executeTakeFirstOrThrow(),
    ]);
    return { ...bulk, channels: bulk.channels as Channel[], people, deliveries };
  }

  /**
   * Nobody further is told. Who was told stays told, and what is on its way to them arrives.
   * @throws not_found `bulk_not_found`; conflict `bulk_is_completed`, `bulk_is_cancelled`
   */
  @Transactional()
  async cancel(actor: UserActor, id: string): Promise<BulkNotification> {
    const bulk = await this.#locked(id);
    if (!bulk) throw notFound('bulk');
    await this.#move(id, bulk.state, 'cancelled');
    await this.database.query
      .updateTable('notificationBulkRecipients')
      .set({ status: 'cancelled' })
      .where('bulkId', '=', id)
      .where('status', '=', 'queued')
      .execute();
    await this.#audited(actor, 'notification.cancel_bulk', id);
    return this.get(actor, id);
  }

  /** Tells the next people, and sees to it that those after them are told; the last completes the bulk. */
  async advance(id: string): Promise<void> {
    await this.begin(id);
    const next = await this.database.query
      .selectFrom('notificationBulkRecipients')
      .select('userId')
      .where('bulkId', '=', id)
      .where('status', '=', 'queued')
      .orderBy('userId')
      .limit(CHUNK)
      .execute();
    for (const { userId } of next) await this.tellOne(id, userId);
    await this.finish(id);
  }

  /** Writes down who is meant, as it is now. Once: a bulk that has begun keeps its people. */
  @Transactional()
  private async begin(id: string): Promise<void> {
    const bulk = await this.#locked(id);
    if (bulk?.state !== 'queued') return;
    await this.database.query
      .insertInto('notificationBulkRecipients')
      .columns(['bulkId', 'userId', 'status'])
      .expression((eb) =>
        eb
          .selectFrom('users')
          .select([
            sql<string>`${id}::uuid`.as('bulkId'),
            'users.id',
            sql<'queued'>`'queued'::bulk_recipient_status`.as('status'),
          ])
          .where('users.status', '=', 'active')
          .where((where) => where.and(meant(where, bulk.audience as unknown as Audience, this.clock.now()))),
      )
      .execute();
    await this.#move(id, bulk.state, 'sending');
  }

  /** Crosses one person off and tells them, both or neither. */
  @Transactional()
  private async tellOne(id: string, userId: string): Promise<void> {
    const bulk = await this.database.query
      .selectFrom('notificationBulks')
      .select(BULK_COLUMNS)
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const mine = await this.database.query
      .selectFrom('notificationBulkRecipients')
      .select('userId')
      .where('bulkId', '=', id)
      .where('userId', '=', userId)
      .where('status', '=', 'queued')
      .forUpdate()
      .executeTakeFirst();
    if (!mine) return;
    const notice = asNotice({ ...bulk, channels: bulk.channels as Channel[] }, `bulk:${id}`);
    const told = await this.notifications
      .notify(userId, { ...notice, bulkId: id })
      .catch((error: unknown) => {
        // The account went away in the meantime. Anything else is ours to repair, and the job's to try again.
        if (error instanceof DomainError && error.kind === 'not_found') return undefined;
        throw error;
      });
    await this.database.query
      .updateTable('notificationBulkRecipients')
      .set({ status: told === undefined ? 'failed' : 'sent' })
      .where('bulkId', '=', id)
      .where('userId', '=', userId)
      .execute();
  }

  @Transactional()
  private async finish(id: string): Promise<void> {
    const bulk = await this.#locked(id);
    if (bulk?.state !== 'sending') return;
    const left = await this.database.query
      .selectFrom('notificationBulkRecipients')
      .select('userId')
      .where('bulkId', '=', id)
      .where('status', '=', 'queued')
      .limit(1)
      .executeTakeFirst();
    if (left) await this.jobs.send(SendBulk, { bulkId: id });
    else await this.#move(id, bulk.state, 'completed');
  }

  async #assertActive(userIds: readonly string[]): Promise<void> {
    const rows = await this.database.query
      .selectFrom('users')
      .select('id')
      .where('id', '=', anyOf(userIds))
      .where('status', '=', 'active')
      .execute();
    const active = new Set(rows.map((row) => row.id));
    const missing = userIds.filter((userId) => !active.has(userId.toLowerCase()));
    if (missing.length > 0) throw recipientsNotFound(missing);
  }

  /** Whoever tells people in the meantime refers to the row, which this lock lets them do. */
  #locked(id: string) {
    return this.database.query
      .selectFrom('notificationBulks')
      .select(['state', 'audience'])
      .where('id', '=', id)
      .forNoKeyUpdate()
      .executeTakeFirst();
  }

  async #move(id: string, from: BulkState, to: BulkState): Promise<void> {
    bulkStates.assert(from, to);
    await this.database.query
      .updateTable('notificationBulks')
      .set({ state: to, updatedAt: this.clock.now() })
      .where('id', '=', id)
      .execute();
  }

  async #audited(actor: UserActor, action: string, id: string): Promise<void> {
    await this.audit.record(actor, { action, resource: 'notification_bulk', resourceId: id });
  }
}
