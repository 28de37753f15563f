import { z } from 'zod';
import {
  type IssuedToken,
  type JoinGrant,
  loggedMessage,
  type PolledSignals,
  participant,
  ROOM_ROLES,
  ROOM_STATUSES,
  relayedMessage,
  type VisitRoom,
} from '#rtc';
import { iso, isoOrNull, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

export const CreateRoom = z.object({ appointment_id: z.uuid() });

export const UpdateRoom = z.object({
  status: z.enum(['active', 'ended']).describe('`active` starts the visit, `ended` ends it.'),
});

export const ListRooms = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt', scheduled_start: 'startsAt' },
  { status: z.enum(ROOM_STATUSES).optional() },
);
export const ListTokens = listQuery(
  { created_at: 'createdAt', expires_at: 'expiresAt' },
  { room_id: z.uuid().optional() },
  ['created'],
).transform(({ room_id, ...rest }) => ({ ...rest, roomId: room_id }));
export const CreateToken = z.object({ room_id: z.uuid() });

const after = z.coerce
  .number()
  .int()
  .min(0)
  .optional()
  .describe('The `seq` of the poll before. Left out, the poll only says where to go on.');

export const PollRoom = z.object({ after });
export const PollSignals = z.object({ room_id: z.uuid(), after });
const [first, ...others] = relayedMessage.options.map((message) => message.extend({ room_id: z.uuid() }));

/** What a client would send over the WebSocket, with the room that it is for. */
export const CreateSignal = z
  .discriminatedUnion('type', [first as NonNullable<typeof first>, ...others])
  .transform(({ room_id, ...message }) => ({ roomId: room_id, message }));

const Member = z.object({ name: z.string() });

export const RoomAnswer = z
  .object({
    id: z.uuid(),
    appointment_id: z.uuid(),
    status: z.enum(ROOM_STATUSES),
    doctor: Member,
    patient: Member,
    scheduled_start: Timestamp,
    started_at: Timestamp.nullable(),
    ended_at: Timestamp.nullable(),
    end_reason: z.string().nullable(),
    announced_start: Timestamp.nullable().describe('When a doctor who is late has said that it begins.'),
    patient_waits_again: z.boolean().describe('The doctor has asked the patient to wait again.'),
    visit_url: z.url().describe('The page on which two people can meet in a browser.'),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Room' });

export const IceServer = z.object({
  urls: z.array(z.string()),
  username: z.string().optional(),
  credential: z.string().optional(),
});

export const JoinAnswer = z
  .object({
    id: z.uuid(),
    token: z.string().describe('Works once, for this room, until `expires_at`.'),
    expires_at: Timestamp,
    role: z.enum(ROOM_ROLES),
    websocket_url: z.string(),
    ice_servers: z.array(IceServer),
    room: RoomAnswer,
  })
  .meta({ id: 'JoinGrant' });

export const TokenAnswer = z
  .object({
    id: z.uuid(),
    room_id: z.uuid(),
    role: z.enum(ROOM_ROLES),
    created_at: Timestamp,
    expires_at: Timestamp,
    used_at: Timestamp.nullable(),
  })
  .meta({ id: 'JoinToken' });

export const StatusAnswer = z
  .object({
    room_id: z.uuid(),
    status: z.enum(ROOM_STATUSES),
    started_at: Timestamp.nullable(),
    ended_at: Timestamp.nullable(),
    end_reason: z.string().nullable(),
  })
  .meta({ id: 'RoomStatus' });

export const SignalsAnswer = z
  .object({
    seq: z.int().describe('Send it as `after` with the next poll.'),
    status: z.enum(ROOM_STATUSES),
    participants: z.array(participant.meta({ id: 'Participant' })).describe('The others.'),
    signals: z
      .array(loggedMessage.meta({ id: 'Signal' }))
      .describe('What was said since, in order, as it is on the WebSocket.'),
  })
  .meta({ id: 'Signals' });

export const PostedAnswer = z.object({ seq: z.int() }).meta({ id: 'PostedSignal' });

export function toRoom(room: VisitRoom, baseUrl: string): z.infer<typeof RoomAnswer> {
  return {
    id: room.id,
    appointment_id: room.appointmentId,
    status: room.status,
    doctor: { name: room.doctor.name },
    patient: { name: room.patient.name },
    scheduled_start: iso(room.startsAt),
    started_at: isoOrNull(room.startedAt),
    ended_at: isoOrNull(room.endedAt),
    end_reason: room.endReason,
    announced_start: isoOrNull(room.announcedStartAt),
    patient_waits_again: room.patientReturnedAt !== null,
    visit_url: `${baseUrl}/visit/${room.id}`,
    created_at: iso(room.createdAt),
    updated_at: iso(room.updatedAt),
  };
}

export const socketUrl = (roomId: string, baseUrl: string): string =>
  `${baseUrl.replace(/^http/, 'ws')}/ws/rtc/${roomId}/`;

export function toJoin(grant: JoinGrant, baseUrl: string): z.infer<typeof JoinAnswer> {
  return {
    id: grant.id,
    token: grant.token,
    expires_at: iso(grant.expiresAt),
    role: grant.role,
    websocket_url: socketUrl(grant.room.id, baseUrl),
    ice_servers: grant.ice.ice_servers,
    room: toRoom(grant.room, baseUrl),
  };
}

export function toToken(token: IssuedToken): z.infer<typeof TokenAnswer> {
  return {
    id: token.id,
    room_id: token.roomId,
    role: token.role,
    created_at: iso(token.createdAt),
    expires_at: iso(token.expiresAt),
    used_at: isoOrNull(token.usedAt),
  };
}

export function toStatus(room: VisitRoom): z.infer<typeof StatusAnswer> {
  return {
    room_id: room.id,
    status: room.status,
    started_at: isoOrNull(room.startedAt),
    ended_at: isoOrNull(room.endedAt),
    end_reason: room.endReason,
  };
}

export function toSignals(polled: PolledSignals): z.infer<typeof SignalsAnswer> {
  return { ...polled, signals: polled.signals as z.infer<typeof loggedMessage>[] };
}
