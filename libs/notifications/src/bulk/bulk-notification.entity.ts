import type { Selectable } from 'kysely';
import type { Role } from '#kernel';
import type { Tables } from '#platform';
import type { Channel } from '../feed/notification-groups.ts';
import type { Announcement } from './announcements.service.ts';

type Row = Selectable<Tables['notificationBulks']>;

/** Everybody who fits all that is given. */
export interface AudienceFilter {
  readonly role?: Role;
  readonly language?: string;
  /** Who has a visit with this doctor ahead of them. */
  readonly upcomingVisitWith?: string;
}

/** Who a bulk is for. Only people with an active account are told. */
export type Audience = { readonly userIds: readonly string[] } | { readonly filter: AudienceFilter };

export interface BulkRequest extends Announcement {
  readonly audience: Audience;
}

/** How many people of a bulk, or deliveries to them, are where. */
export interface BulkCounts {
  readonly total: number;
  readonly queued: number;
  readonly sent: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface BulkNotification extends Omit<Row, 'channels' | 'audience'> {
  readonly channels: readonly Channel[];
  /** People, told in the app. `total` is 0 until the bulk has begun. */
  readonly people: BulkCounts;
  /** What has gone out to those who were told, and what not. */
  readonly deliveries: Omit<BulkCounts, 'cancelled'>;
}
