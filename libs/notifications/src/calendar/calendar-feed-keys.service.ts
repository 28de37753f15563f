import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { Clock, notFound, type UserActor } from '#kernel';
import { Config, Database, Transactional } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

const TOKEN_BYTES = 32;

/** That somebody's visits can be read by their calendar program. */
export interface CalendarFeedKey {
  /** When the address was made that works at present. */
  readonly createdAt: Temporal.Instant;
  /** When a program last asked for it. */
  readonly lastReadAt: Temporal.Instant | null;
}

/** A private address of one's own visits, as long as its owner wants. The server keeps a hash of its token only. */
@Injectable()
export class CalendarFeedKeys {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly audit: AuditService,
    private readonly notifications: NotificationsService,
  ) {}

  /** @throws not_found `calendar_feed_not_found` when there is no address at present */
  async get(actor: UserActor): Promise<CalendarFeedKey> {
    const row = await this.database.query
      .selectFrom('calendarFeeds')
      .select(['createdAt', 'lastReadAt'])
      .where('userId', '=', actor.userId)
      .executeTakeFirst();
    if (!row) throw notFound('calendar_feed');
    return row;
  }

  /** Makes an address, which is told this once; the one before ends. Its owner hears of it. */
  @Transactional()
  async issue(actor: UserActor): Promise<CalendarFeedKey & { readonly url: string }> {
    const { userId } = actor;
    const createdAt = this.clock.now();
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const fresh = {
      tokenHash: hashOf(token),
      createdAt,
      changedAt: createdAt,
      contentHash: null,
      lastReadAt: null,
    };
    await this.database.query
      .insertInto('calendarFeeds')
      .values({ userId, ...fresh })
      .onConflict((conflict) => conflict.column('userId').doUpdateSet(fresh))
      .execute();
    await this.#record(actor, 'issue');
    await this.notifications.notify(userId, {
      type: 'calendar_address_made',
      ...MESSAGES.calendar_address_made(),
      data: {},
      cause: `calendar-feed:${createdAt.toString()}`,
      mail: {},
    });
    const url = new URL(`/api/calendar/${token}/visits.ics`, this.config.env.BASE_URL).href;
    return { createdAt, lastReadAt: null, url };
  }

  /** Ends the address. Ending it twice is ending it once. */
  @Transactional()
  async revoke(actor: UserActor): Promise<void> {
    const ended = await this.database.query
      .deleteFrom('calendarFeeds')
      .where('userId', '=', actor.userId)
      .returning('userId')
      .executeTakeFirst();
    if (ended) await this.#record(actor, 'revoke');
  }

  async #record(actor: UserActor, verb: string): Promise<void> {
    await this.audit.record(actor, {
      action: `calendar_feed.${verb}`,
      resource: 'calendar_feed',
      resourceId: actor.userId,
    });
  }
}

export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
