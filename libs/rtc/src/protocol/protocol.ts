import { z } from 'zod';
import {
  MAX_CANDIDATE_LENGTH,
  MAX_CANDIDATES,
  MAX_CHAT_LENGTH,
  MAX_CONNECTION_LENGTH,
  MAX_SDP_LENGTH,
  MAX_TOKEN_LENGTH,
} from '../signals/limits.ts';

/**
 * The signalling protocol as it is on the wire, described for client authors in docs/rtc-protocol.md.
 *
 * Every message is one JSON object in one text frame with a `type`. Names are snake_case; SDP and ICE
 * candidates are opaque and keep the names that the W3C gave them.
 */
export const SUBPROTOCOL = 'televisit.v1';
/** A second value of Sec-WebSocket-Protocol that starts with this carries the join token. */
export const SUBPROTOCOL_TOKEN_PREFIX = 'token.';

/** A guest came by a link, without an account. */
export const ROOM_ROLES = ['doctor', 'patient', 'guest'] as const;
export type RoomRole = (typeof ROOM_ROLES)[number];

export const GUEST_KINDS = ['interpreter', 'carer', 'second_doctor'] as const;
export type GuestKind = (typeof GUEST_KINDS)[number];

export const ROOM_STATUSES = ['waiting', 'active', 'ended'] as const;
export type RoomStatus = (typeof ROOM_STATUSES)[number];

/** Close codes with the stable name that `error` messages carry for the same cause. */
export const CLOSE_CODES = {
  left: 1000,
  /** The session went on at another connection of the same client. */
  resumed: 1000,
  message_too_large: 1009,
  /** The process is going away; resume at once, another one answers. */
  service_restart: 1012,
  bad_message: 4400,
  unauthorized: 4401,
  access_revoked: 4403,
  room_not_found: 4404,
  hello_timeout: 4408,
  /** The same person joined from elsewhere. */
  taken_over: 4409,
  room_ended: 4410,
  /** Too late to resume: join again. */
  session_expired: 4419,
  rate_limited: 4429,
  unavailable: 4503,
} as const;
export type CloseReason = keyof typeof CLOSE_CODES;

/** Codes of `error` messages that do not end the connection, beside the names of {@link CLOSE_CODES}. */
export const ERROR_CODES = ['not_admitted', 'no_such_participant'] as const;
export type ErrorCode = CloseReason | (typeof ERROR_CODES)[number];

const candidate = z.strictObject({
  candidate: z.string().max(MAX_CANDIDATE_LENGTH),
  sdpMid: z.string().max(64).nullish(),
  sdpMLineIndex: z.int().min(0).max(255).nullish(),
  usernameFragment: z.string().max(256).nullish(),
});

const signal = {
  /** Counts the client's messages of one session from 1, so that a message sent again is known as such. */
  id: z.int().positive().optional(),
  /** The participant it is for; without it, all others. */
  to: z.uuid().optional(),
};
const negotiation = {
  ...signal,
  /** The peer connection it belongs to, in words the two clients agree on. Opaque to the server. */
  connection: z.string().max(MAX_CONNECTION_LENGTH).optional(),
};

const ratio = z.number().min(0).max(1).optional();
const count = z.number().min(0).max(1e12).optional();

/** A report of the call's quality over the last interval, from `RTCPeerConnection.getStats()`. */
const callQuality = z.strictObject({
  /** The other side of the peer connection that is reported on, where there are several. */
  participant_id: z.uuid().optional(),
  /** The type of the local candidate in use; `relay` means TURN. */
  candidate_type: z.enum(['host', 'srflx', 'prflx', 'relay']).optional(),
  round_trip_ms: count,
  jitter_ms: count,
  packet_loss: ratio,
  bitrate_in_kbps: count,
  bitrate_out_kbps: count,
  frames_per_second: count,
  frames_decoded: count,
  freeze_count: count,
});
export type CallQuality = z.infer<typeof callQuality>;

/** A new session, with a join token that did not travel in Sec-WebSocket-Protocol. */
export const joiningHello = z.strictObject({
  type: z.literal('hello'),
  token: z.string().min(1).max(MAX_TOKEN_LENGTH),
});

/** The session with this `resume_id` goes on, after the highest `seq` that was received in it. */
export const resumingHello = z.strictObject({
  type: z.literal('hello'),
  resume_id: z.string().min(1).max(MAX_TOKEN_LENGTH),
  seq: z.int().min(1),
});

export const helloMessage = z.union([joiningHello, resumingHello]);
export type HelloMessage = z.infer<typeof helloMessage>;

/** What the server passes on to the other participants. */
export const relayedMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('offer'), sdp: z.string().max(MAX_SDP_LENGTH), ...negotiation }),
  z.strictObject({ type: z.literal('answer'), sdp: z.string().max(MAX_SDP_LENGTH), ...negotiation }),
  z.strictObject({ type: z.literal('candidate'), candidate, ...negotiation }),
  z.strictObject({
    type: z.literal('candidates'),
    candidates: z.array(candidate).min(1).max(MAX_CANDIDATES),
    ...negotiation,
  }),
  z.strictObject({ type: z.literal('end-of-candidates'), ...negotiation }),
  z.strictObject({ type: z.literal('restart-ice'), ...negotiation }),
  z.strictObject({ type: z.literal('chat'), text: z.string().min(1).max(MAX_CHAT_LENGTH), ...signal }),
  z.strictObject({
    type: z.literal('media-state'),
    audio: z.boolean(),
    video: z.boolean(),
    screen: z.boolean().optional(),
    ...signal,
  }),
]);
export type RelayedMessage = z.infer<typeof relayedMessage>;

/** Everything a client may say after `hello`. */
export const clientMessage = z.discriminatedUnion('type', [
  ...relayedMessage.options,
  z.strictObject({ type: z.literal('stats'), ...callQuality.shape }),
  z.strictObject({ type: z.literal('ping') }),
  z.strictObject({ type: z.literal('bye') }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

export const participant = z.strictObject({
  participant_id: z.uuid(),
  /** Changes when the person joins anew (a reload, another device); a resumed session keeps it. */
  instance: z.string(),
  display_name: z.string(),
  role: z.enum(ROOM_ROLES),
  /** As what a guest was invited. */
  guest_kind: z.enum(GUEST_KINDS).optional(),
  /** Whether they take part in the call once the visit is under way, or are kept waiting by the doctor. */
  admitted: z.boolean(),
  state: z.enum(['connected', 'reconnecting']),
  /** The part that the recipient plays in perfect negotiation with this participant. */
  negotiation_role: z.enum(['polite', 'impolite']),
});
export type ParticipantView = z.infer<typeof participant>;

const iceServers = {
  ice_servers: z.array(
    z.strictObject({
      urls: z.array(z.string()),
      username: z.string().optional(),
      credential: z.string().optional(),
    }),
  ),
  /** When the credentials end; `null` where there are none. Newer ones come before that. */
  ice_servers_expire_at: z.iso.datetime().nullable(),
};
const iceConfiguration = z.strictObject(iceServers);
export type IceConfiguration = z.infer<typeof iceConfiguration>;

const waitingPlace = z.strictObject({
  /** 1 is the next to be seen. */
  place: z.int().positive(),
  /** When the visit is expected to start. */
  estimated_start_at: z.iso.datetime().nullable(),
  /** Whether the visit will begin noticeably later than planned. */
  running_late: z.boolean(),
});
export type WaitingPlaceView = z.infer<typeof waitingPlace>;

const at = z.iso.datetime();
const seq = z.int().positive();
const told = { seq, at };

/** Everything the server says, besides what it relays. */
export const serverMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('welcome'),
    ...told,
    resumed: z.boolean(),
    resume_id: z.string(),
    /** The highest `id` that the server has from this session; what came later has to be sent again. */
    received_id: z.int().min(0),
    self: participant.omit({ negotiation_role: true, state: true }),
    /** The status as it is for this participant: `waiting` also for who is kept waiting in an active room. */
    room: z.strictObject({ room_id: z.uuid(), status: z.enum(ROOM_STATUSES) }),
    participants: z.array(participant),
    waiting: waitingPlace.nullable(),
    ...iceServers,
    limits: z.strictObject({
      max_frame_bytes: z.int(),
      messages_per_second: z.int(),
      resume_window_seconds: z.number(),
    }),
  }),
  z.strictObject({ type: z.literal('participant-joined'), ...told, participant }),
  z.strictObject({ type: z.literal('presence'), ...told, participant }),
  z.strictObject({
    type: z.literal('participant-left'),
    ...told,
    participant_id: z.uuid(),
    instance: z.string(),
    reason: z.enum(['left', 'connection_lost', 'access_revoked']),
  }),
  z.strictObject({
    type: z.literal('admitted'),
    ...told,
    /** Where it is given, the others: a guest is not told of them before. */
    participants: z.array(participant).optional(),
  }),
  z.strictObject({ type: z.literal('returned-to-waiting'), ...told }),
  z.strictObject({ type: z.literal('ended'), ...told, reason: z.string() }),
  z.strictObject({ type: z.literal('waiting'), at, ...waitingPlace.shape }),
  z.strictObject({ type: z.literal('ice-servers'), at, ...iceServers }),
  /** This process stops: resume on a new connection within this time, while the old one still works. */
  z.strictObject({ type: z.literal('move'), at, within_ms: z.int().positive() }),
  z.strictObject({ type: z.literal('pong'), at }),
  z.strictObject({
    type: z.literal('error'),
    at,
    code: z.enum([...(Object.keys(CLOSE_CODES) as CloseReason[]), ...ERROR_CODES]),
    message: z.string(),
    /** The `id` of the message that was refused, where it could be read. */
    id: z.int().positive().optional(),
    /** With `bad_message`: the field that is wrong, its steps separated by dots. */
    path: z.string().optional(),
  }),
]);
export type ServerMessage = z.infer<typeof serverMessage>;

const LOGGED = new Set<string>([
  'participant-joined',
  'presence',
  'participant-left',
  'admitted',
  'returned-to-waiting',
  'ended',
]);

/** What has a place in the room's order: all that who was away, or polls, is told afterwards. */
export const loggedMessage = z.union([
  ...serverMessage.options.filter((option) => LOGGED.has(option.shape.type.value)),
  ...relayedMessage.options.map((option) => option.extend({ ...told, from: z.uuid() })),
]);
