import type { Mail } from '#platform';
import type { NotificationData, NotificationType } from '../feed/notification.entity.ts';
import type { Channel } from '../feed/notification-groups.ts';
import type { Wording } from './messages.ts';

/** Something that a person is to be told. */
export interface Notice extends Wording {
  readonly type: NotificationType;
  readonly data: NotificationData;
  /** The fact behind it, such as `appointment:<id>`: a person hears of one fact once. */
  readonly cause: string;
  /** Where to act on it; `label` is a key of the catalogue. */
  readonly link?: { readonly label: string; readonly url: string };
  /** Also by mail, with an invitation for the calendar. */
  readonly mail?: { readonly invitation?: Mail['invitation'] };
  /** By these ways at most; left out, by all that the type's group has and the reader wants. */
  readonly channels?: readonly Channel[];
  /** When it will have lost its use, such as a reminder when the visit begins. */
  readonly usefulUntil?: Temporal.Instant;
  /** The bulk that it belongs to. */
  readonly bulkId?: string;
}
