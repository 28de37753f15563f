import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { Period, UserActor } from '#kernel';
import { Database, given, within } from '#platform';
import type { NotificationType } from './notification.entity.ts';
import type { Channel } from './notification-groups.ts';

export interface StatsFilter {
  readonly type?: NotificationType;
  readonly channel?: Channel;
  /** When the notifications were made. */
  readonly period: Period;
  readonly interval: 'day' | 'week' | 'month';
}

/** Notifications in the app. */
interface Told {
  readonly total: number;
  readonly read: number;
}

/** Deliveries out of the app. */
interface Delivered {
  readonly total: number;
  readonly sent: number;
  readonly failed: number;
  /** Queued, or to be tried again. */
  readonly open: number;
}

export interface NotificationStats {
  readonly notifications: Told;
  readonly deliveries: Delivered;
  readonly byType: readonly (Told & { readonly type: NotificationType })[];
  readonly byChannel: readonly (Delivered & { readonly channel: Channel })[];
  /** Days, weeks (from Monday) or months in UTC, the oldest first. */
  readonly byInterval: readonly {
    readonly start: Temporal.Instant;
    readonly told: Told;
    readonly out: Delivered;
  }[];
  /** Why deliveries failed, the most frequent first. */
  readonly failures: readonly {
    readonly channel: Channel;
    readonly failure: string;
    readonly count: number;
  }[];
}

/** How many reasons for failures are told. */
const MAX_FAILURES = 50;

const TOLD = [sql<number>`count(*)`.as('total'), sql<number>`count(read_at)`.as('read')] as const;
const DELIVERED = [
  sql<number>`count(*)`.as('total'),
  sql<number>`count(*) filter (where status = 'sent')`.as('sent'),
  sql<number>`count(*) filter (where status = 'failed')`.as('failed'),
  sql<number>`count(*) filter (where status in ('queued', 'retrying'))`.as('open'),
] as const;

/** Numbers about what people were told, and how much of it arrived and was read. */
@Injectable()
export class NotificationStatsService {
  constructor(private readonly database: Database) {}

  async stats(_actor: UserActor, filter: StatsFilter): Promise<NotificationStats> {
    const start = sql<Temporal.Instant>`date_trunc(${sql.lit(filter.interval)}, notification.created_at, 'UTC')`;
    const [notifications, deliveries, byType, byChannel, told, out, failures] = await Promise.all([
      this.#told(filter).select(TOLD).executeTakeFirstOrThrow(),
      this.#delivered(filter).select(DELIVERED).executeTakeFirstOrThrow(),
      this.#told(filter)
        .select(['type', ...TOLD])
        .groupBy('type')
        .orderBy('type')
        .execute(),
      this.#delivered(filter)
        .select(['channel', ...DELIVERED])
        .groupBy('channel')
        .orderBy('channel')
        .execute(),
      this.#told(filter)
        .select([start.as('start'), ...TOLD])
        .groupBy(start)
        .orderBy(start)
        .execute(),
      this.#delivered(filter)
        .select([start.as('start'), ...DELIVERED])
        .groupBy(start)
        .execute(),
      this.#delivered(filter)
        .select(['channel', 'failure', sql<number>`count(*)`.as('count')])
        .where('failure', 'is not', null)
        .where('status', '=', 'failed')
        .groupBy(['channel', 'failure'])
        .orderBy('count', 'desc')
        .orderBy('failure')
        .limit(MAX_FAILURES)
        .execute(),
    ]);
    const outAt = new Map(out.map(({ start: at, ...counts }) => [at.epochMilliseconds, counts]));
    return {
      notifications,
      deliveries,
      byType: byType.map((row) => ({ ...row, type: row.type as NotificationType })),
      byChannel,
      byInterval: told.map(({ start: at, ...counts }) => ({
        start: at,
        told: counts,
        out: outAt.get(at.epochMilliseconds) ?? { total: 0, sent: 0, failed: 0, open: 0 },
      })),
      failures: failures.map((row) => ({ ...row, failure: row.failure ?? '' })),
    };
  }

  #told({ type, period }: StatsFilter) {
    return this.database.query
      .selectFrom('notifications as notification')
      .where((eb) =>
        eb.and(given([type && eb('type', '=', type), ...within('notification.createdAt', period)])),
      );
  }

  #delivered({ type, channel, period }: StatsFilter) {
    return this.database.query
      .selectFrom('notificationDeliveries as delivery')
      .innerJoin('notifications as notification', 'notification.id', 'delivery.notificationId')
      .where((eb) =>
        eb.and(
          given([
            type && eb('notification.type', '=', type),
            channel && eb('delivery.channel', '=', channel),
            ...within('notification.createdAt', period),
          ]),
        ),
      );
  }
}
