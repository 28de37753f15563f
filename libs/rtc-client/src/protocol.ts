/**
 * The messages of `televisit.v1` as docs/rtc-protocol.md describes them. A client ignores messages and
 * fields that it does not know, so these types name what this client uses; a test holds them against the
 * server's own.
 */
export const SUBPROTOCOL = 'televisit.v1';
export const TOKEN_PREFIX = 'token.';

export type Role = 'doctor' | 'patient' | 'guest';
export type GuestKind = 'interpreter' | 'carer' | 'second_doctor';
export type RoomStatus = 'waiting' | 'active' | 'ended';

/** What the other side sends at the moment, for one's own screen. */
export interface MediaState {
  readonly audio: boolean;
  readonly video: boolean;
  readonly screen?: boolean;
}

/** The quality of one peer connection. The counts are since it began, everything else is of the last interval. */
export interface CallQuality {
  /** The other side of the connection. */
  participant_id?: string;
  /** `relay` means through a TURN server. */
  candidate_type?: 'host' | 'srflx' | 'prflx' | 'relay';
  round_trip_ms?: number;
  jitter_ms?: number;
  /** From 0 to 1. */
  packet_loss?: number;
  bitrate_in_kbps?: number;
  bitrate_out_kbps?: number;
  frames_per_second?: number;
  frames_decoded?: number;
  freeze_count?: number;
}

/** An ICE candidate as `RTCIceCandidate.toJSON()` gives it. */
export interface Candidate {
  readonly candidate: string;
  readonly sdpMid?: string | null;
  readonly sdpMLineIndex?: number | null;
  readonly usernameFragment?: string | null;
}

interface Addressed {
  /** A `participant_id`; without it the message is for everybody else. */
  readonly to?: string;
}

interface OfConnection extends Addressed {
  /** The peer connection that it is about, in words that both sides agree on. */
  readonly connection?: string;
}

export type Negotiation = OfConnection &
  (
    | { readonly type: 'offer' | 'answer'; readonly sdp: string }
    | { readonly type: 'candidate'; readonly candidate: Candidate }
    | { readonly type: 'candidates'; readonly candidates: Candidate[] }
    | { readonly type: 'end-of-candidates' | 'restart-ice' }
  );

/** What is passed on to the other participants. */
export type Said =
  | Negotiation
  | (Addressed & { readonly type: 'chat'; readonly text: string })
  | (Addressed & MediaState & { readonly type: 'media-state' });

/** With its number in the session, by which the server knows it again. */
export type Numbered = Said & { readonly id: number };

export interface Hello {
  readonly type: 'hello';
  readonly resume_id: string;
  /** The highest number that was received. */
  readonly seq: number;
}

export interface Participant {
  readonly participant_id: string;
  /** A new one means a new page or device, and everything negotiated with the old one is over. */
  readonly instance: string;
  readonly display_name: string;
  readonly role: Role;
  readonly guest_kind?: GuestKind;
  /** Whether they take part in the call once it is under way. */
  readonly admitted: boolean;
  readonly state: 'connected' | 'reconnecting';
  /** One's own part in perfect negotiation with them. */
  readonly negotiation_role: 'polite' | 'impolite';
}

export interface Waiting {
  /** 1 is the next to be seen. */
  readonly place: number;
  readonly estimated_start_at: string | null;
  readonly running_late: boolean;
}

export interface IceServer {
  readonly urls: string[];
  readonly username?: string;
  readonly credential?: string;
}

export interface Welcome {
  readonly type: 'welcome';
  readonly seq: number;
  readonly at: string;
  readonly resumed: boolean;
  readonly resume_id: string;
  /** The last of one's own messages that the server has. */
  readonly received_id: number;
  readonly self: Omit<Participant, 'state' | 'negotiation_role'>;
  readonly room: { readonly room_id: string; readonly status: RoomStatus };
  readonly participants: readonly Participant[];
  readonly waiting: Waiting | null;
  readonly ice_servers: readonly IceServer[];
  readonly ice_servers_expire_at: string | null;
  readonly limits: {
    readonly max_frame_bytes: number;
    readonly messages_per_second: number;
    readonly resume_window_seconds: number;
  };
}

interface Told {
  readonly seq: number;
  readonly at: string;
}

/** What a participant said, as the others hear it. */
export type Relayed = Said & Told & { readonly from: string };

/** Everything that the server says after the welcome. */
export type Heard =
  | Relayed
  | (Told & { readonly type: 'participant-joined' | 'presence'; readonly participant: Participant })
  | (Told & {
      readonly type: 'participant-left';
      readonly participant_id: string;
      readonly instance: string;
      readonly reason: 'left' | 'connection_lost' | 'access_revoked';
    })
  | (Told & { readonly type: 'admitted'; readonly participants?: readonly Participant[] })
  | (Told & { readonly type: 'returned-to-waiting' })
  | (Told & { readonly type: 'ended'; readonly reason: string })
  | ({ readonly type: 'waiting'; readonly at: string } & Waiting)
  | {
      readonly type: 'ice-servers';
      readonly at: string;
      readonly ice_servers: readonly IceServer[];
      readonly ice_servers_expire_at: string | null;
    }
  | { readonly type: 'move'; readonly at: string; readonly within_ms: number }
  | { readonly type: 'pong'; readonly at: string }
  | {
      readonly type: 'error';
      readonly at: string;
      readonly code: string;
      readonly message: string;
      /** Of the message that was refused. */
      readonly id?: number;
    };

/** Close codes after which another try makes no sense, with the reason that the client gives. */
export const FINAL_CLOSE_CODES: ReadonlyMap<number, string> = new Map([
  [1000, 'left'],
  [4403, 'access_revoked'],
  [4404, 'room_not_found'],
  [4409, 'taken_over'],
  [4410, 'room_ended'],
]);

/** Close codes after which the session is gone, but a new one may begin. */
export const START_OVER_CLOSE_CODES: ReadonlySet<number> = new Set([4401, 4419]);
