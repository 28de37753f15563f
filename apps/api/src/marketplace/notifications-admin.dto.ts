import { z } from 'zod';
import { ROLES } from '#kernel';
import {
  type BulkNotification,
  type BulkRequest,
  bulkStates,
  CHANNELS,
  type Delivery,
  deliveryStates,
  type NotificationStats,
} from '#notifications';
import { Id, Instant, iso, isoOrNull, Language, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';
import { NotificationType } from './notifications.dto.ts';

const MAX_LISTED_PEOPLE = 1000;

const Channel = z.enum(CHANNELS);

/** Mails and phones show it as it is; a tag would only be read as one by mistake. */
const Plain = (max: number, lineBreaks: RegExp) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !/<\/?[a-z!]/i.test(text), { error: 'Plain text, without HTML.' })
    .refine((text) => !/\p{Cc}/u.test(text.replaceAll(lineBreaks, '')), { error: 'Has control characters.' });

const words = {
  title: Plain(120, /(?!)/g),
  body: Plain(1000, /[\n\t]/g).describe(
    'Plain text. It must not carry health data: mails pass through many hands.',
  ),
};

const Channels = z
  .array(Channel)
  .max(CHANNELS.length)
  .default(['email', 'push'])
  .describe('The ways out of the app that it may take, as far as the person wants them.');

export const CreateNotification = z.object({ user_id: Id, ...words });

export const SendNotification = z.object({ user_id: Id, ...words, channels: Channels });

const Filter = z
  .object({
    role: z.enum(ROLES),
    language: Language,
    doctor_id: Id.describe('Who has a visit with this doctor ahead of them.'),
  })
  .partial()
  .refine((filter) => Object.values(filter).some((value) => value !== undefined), {
    error: 'Name at least one thing: a filter that is empty by mistake would be everybody.',
  });

export const SendBulkNotification = z
  .object({
    ...words,
    channels: Channels,
    user_ids: z.array(Id).min(1).max(MAX_LISTED_PEOPLE).optional(),
    filter: Filter.optional().describe('Everybody with an active account who fits all of it.'),
  })
  .refine(({ user_ids, filter }) => (user_ids === undefined) !== (filter === undefined), {
    error: 'Give `user_ids` or `filter`.',
    path: ['user_ids'],
  })
  .transform(
    ({ user_ids, filter, ...announcement }): BulkRequest => ({
      ...announcement,
      audience: filter
        ? { filter: { role: filter.role, language: filter.language, upcomingVisitWith: filter.doctor_id } }
        : { userIds: user_ids ?? [] },
    }),
  );

const Count = z.int().min(0);

export const BulkAnswer = z
  .object({
    id: z.uuid(),
    state: z.enum(Object.keys(bulkStates.moves) as [keyof typeof bulkStates.moves]),
    title: z.string(),
    body: z.string(),
    channels: z.array(Channel),
    author_id: z.uuid(),
    total: Count.describe('How many people are meant; 0 until it has begun.'),
    queued: Count.describe('Who is not told yet.'),
    sent: Count.describe('Who has it in the app.'),
    failed: Count.describe('Whose account went away in the meantime.'),
    cancelled: Count,
    deliveries: z
      .object({ total: Count, queued: Count, sent: Count, failed: Count })
      .describe('What went out of the app to those who were told.'),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'BulkNotification' });

export function toBulk(bulk: BulkNotification): z.infer<typeof BulkAnswer> {
  return {
    id: bulk.id,
    state: bulk.state,
    title: bulk.title,
    body: bulk.body,
    channels: [...bulk.channels],
    author_id: bulk.authorUserId,
    ...bulk.people,
    deliveries: bulk.deliveries,
    created_at: iso(bulk.createdAt),
    updated_at: iso(bulk.updatedAt),
  };
}

const DeliveryStatus = z.enum(Object.keys(deliveryStates.moves) as [keyof typeof deliveryStates.moves]);

export const ListDeliveries = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt' },
  {
    status: DeliveryStatus.optional().describe('`failed` is for good.'),
    channel: Channel.optional(),
    type: NotificationType.optional(),
    user_id: Id.optional(),
  },
);

export const DeliveryAnswer = z
  .object({
    id: z.uuid(),
    notification_id: z.uuid(),
    user_id: z.uuid(),
    type: NotificationType,
    channel: Channel,
    recipient: z.string().describe('An address, a number, or the id of a push subscription.'),
    status: DeliveryStatus,
    attempts: Count,
    due_at: Timestamp.describe('Not before then: the end of quiet hours, or the next attempt.'),
    sent_at: Timestamp.nullable(),
    failure: z.string().nullable().describe('The provider’s code for why the last attempt failed.'),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'NotificationDelivery' });

export function toDelivery(delivery: Delivery): z.infer<typeof DeliveryAnswer> {
  return {
    id: delivery.id,
    notification_id: delivery.notificationId,
    user_id: delivery.userId,
    type: delivery.type,
    channel: delivery.channel,
    recipient: delivery.recipient,
    status: delivery.status,
    attempts: delivery.attempts,
    due_at: iso(delivery.dueAt),
    sent_at: isoOrNull(delivery.sentAt),
    failure: delivery.failure,
    created_at: iso(delivery.createdAt),
    updated_at: iso(delivery.updatedAt),
  };
}

export const StatsQuery = z
  .object({
    type: NotificationType.optional(),
    channel: Channel.optional().describe('Narrows what is told of deliveries.'),
    from: Instant.optional(),
    to: Instant.optional().describe('Up to this instant, without it.'),
    interval: z.enum(['day', 'week', 'month']).default('day').describe('In UTC; weeks begin on Monday.'),
  })
  .transform(({ from, to, ...filter }) => ({ ...filter, period: { from, to } }));

const Rate = z.number().min(0).max(1).nullable();
const Told = { total: Count, read: Count, read_rate: Rate.describe('Of all.') };
const Delivered = {
  total: Count,
  sent: Count,
  failed: Count,
  open: Count.describe('Queued, or to be tried again.'),
  delivery_rate: Rate.describe('Of those that are decided.'),
};

export const NotificationStatsAnswer = z
  .object({
    notifications: z.object(Told),
    deliveries: z.object(Delivered),
    by_type: z.array(z.object({ type: NotificationType, ...Told })),
    by_channel: z.array(z.object({ channel: Channel, ...Delivered })),
    by_interval: z.array(
      z.object({ start: Timestamp, notifications: z.object(Told), deliveries: z.object(Delivered) }),
    ),
    failures: z.array(z.object({ channel: Channel, failure: z.string(), count: Count })),
  })
  .meta({ id: 'NotificationStats' });

export function toNotificationStats(stats: NotificationStats): z.infer<typeof NotificationStatsAnswer> {
  return {
    notifications: withReadRate(stats.notifications),
    deliveries: withDeliveryRate(stats.deliveries),
    by_type: stats.byType.map(withReadRate),
    by_channel: stats.byChannel.map(withDeliveryRate),
    by_interval: stats.byInterval.map(({ start, told, out }) => ({
      start: iso(start),
      notifications: withReadRate(told),
      deliveries: withDeliveryRate(out),
    })),
    failures: [...stats.failures],
  };
}

const rate = (part: number, of: number) => (of === 0 ? null : Math.round((part / of) * 10_000) / 10_000);

function withReadRate<T extends { total: number; read: number }>(told: T): T & { read_rate: number | null } {
  return { ...told, read_rate: rate(told.read, told.total) };
}

function withDeliveryRate<T extends { sent: number; failed: number }>(
  out: T,
): T & { delivery_rate: number | null } {
  return { ...out, delivery_rate: rate(out.sent, out.sent + out.failed) };
}
