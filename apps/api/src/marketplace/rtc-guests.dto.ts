import { z } from 'zod';
import {
  GUEST_KINDS,
  type GuestGrant,
  type GuestKey,
  type Invitation,
  type ListedGuest,
  ROOM_STATUSES,
} from '#rtc';
import { iso, isoOrNull, RequiredText, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';
import { IceServer, socketUrl } from './rtc.dto.ts';

/** A link's token or a guest's key. */
export const GuestSecret = z.string().min(1).max(200);

export const InviteGuest = z.object({
  kind: z.enum(GUEST_KINDS).describe('A second doctor is invited by the doctor only.'),
  display_name: RequiredText(100).describe('What the others see; the guest cannot change it.'),
});
export const ListGuests = listQuery({ created_at: 'createdAt', display_name: 'displayName' }, {}, [
  'search',
  'created',
]);
export const RedeemLink = z.object({ token: GuestSecret });
export const JoinAsGuest = z.object({ key: GuestSecret });

export const GuestAnswer = z
  .object({
    id: z.uuid().describe('The `participant_id` in the room.'),
    room_id: z.uuid(),
    kind: z.enum(GUEST_KINDS),
    display_name: z.string(),
    status: z.enum(['invited', 'joined', 'expired', 'withdrawn']),
    admitted: z.boolean().describe('Whether the doctor has let them into the call.'),
    link_expires_at: Timestamp,
    redeemed_at: Timestamp.nullable(),
    withdrawn_at: Timestamp.nullable(),
    created_at: Timestamp,
  })
  .meta({ id: 'RoomGuest' });

export const InvitationAnswer = z
  .object({
    guest: GuestAnswer,
    token: z.string().describe('Shown once. Works once.'),
    url: z.url().describe('What the guest opens; the token stands behind the # and is sent to no server.'),
  })
  .meta({ id: 'GuestInvitation' });

/** What a guest is told of the visit: not whose it is. */
const GuestRoom = z
  .object({
    id: z.uuid(),
    status: z.enum(ROOM_STATUSES),
    doctor: z.object({ name: z.string() }),
    scheduled_start: Timestamp,
  })
  .meta({ id: 'GuestRoom' });

const GuestSelf = z
  .object({ id: z.uuid(), kind: z.enum(GUEST_KINDS), display_name: z.string() })
  .meta({ id: 'GuestSelf' });

export const GuestKeyAnswer = z
  .object({
    key: z.string().describe('Shown once. Good for this visit until it ends.'),
    guest: GuestSelf,
    room: GuestRoom,
  })
  .meta({ id: 'GuestKey' });

export const GuestJoinAnswer = z
  .object({
    id: z.uuid(),
    token: z.string().describe('Works once, for this room, until `expires_at`.'),
    expires_at: Timestamp,
    role: z.literal('guest'),
    websocket_url: z.string(),
    ice_servers: z.array(IceServer),
    guest: GuestSelf,
    room: GuestRoom,
  })
  .meta({ id: 'GuestJoinGrant' });

export function toGuest(guest: ListedGuest): z.infer<typeof GuestAnswer> {
  return {
    id: guest.id,
    room_id: guest.roomId,
    kind: guest.kind,
    display_name: guest.displayName,
    status: guest.status,
    admitted: guest.admittedAt !== null,
    link_expires_at: iso(guest.linkExpiresAt),
    redeemed_at: isoOrNull(guest.redeemedAt),
    withdrawn_at: isoOrNull(guest.revokedAt),
    created_at: iso(guest.createdAt),
  };
}

export function toInvitation(
  { guest, token }: Invitation,
  baseUrl: string,
): z.infer<typeof InvitationAnswer> {
  return { guest: toGuest(guest), token, url: `${baseUrl}/visit/${guest.roomId}#guest=${token}` };
}

export function toGuestKey({ key, guest, room }: GuestKey): z.infer<typeof GuestKeyAnswer> {
  return { key, guest: toSelf(guest), room: toGuestRoom(room) };
}

export function toGuestJoin(grant: GuestGrant, baseUrl: string): z.infer<typeof GuestJoinAnswer> {
  return {
    id: grant.id,
    token: grant.token,
    expires_at: iso(grant.expiresAt),
    role: 'guest',
    websocket_url: socketUrl(grant.room.id, baseUrl),
    ice_servers: grant.ice.ice_servers,
    guest: toSelf(grant.guest),
    room: toGuestRoom(grant.room),
  };
}

function toSelf({ id, kind, displayName }: GuestGrant['guest']): z.infer<typeof GuestSelf> {
  return { id, kind, display_name: displayName };
}

function toGuestRoom(room: GuestGrant['room']): z.infer<typeof GuestRoom> {
  return {
    id: room.id,
    status: room.status,
    doctor: { name: room.doctor.name },
    scheduled_start: iso(room.startsAt),
  };
}
