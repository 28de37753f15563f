import type { Selectable } from 'kysely';
import type { Tables } from '#platform';

/** Somebody who was invited to one visit and has no account. The secrets of the link stay in the table. */
export type Guest = Omit<Selectable<Tables['roomGuests']>, 'linkHash' | 'keyHash'>;

export const GUEST_COLUMNS = [
  'id',
  'roomId',
  'kind',
  'displayName',
  'invitedBy',
  'linkExpiresAt',
  'redeemedAt',
  'admittedAt',
  'revokedAt',
  'createdAt',
] as const;

export type GuestStatus = 'invited' | 'joined' | 'expired' | 'withdrawn';

export function statusOf(guest: Guest, now: Temporal.Instant): GuestStatus {
  if (guest.revokedAt) return 'withdrawn';
  if (guest.redeemedAt) return 'joined';
  return Temporal.Instant.compare(guest.linkExpiresAt, now) <= 0 ? 'expired' : 'invited';
}
