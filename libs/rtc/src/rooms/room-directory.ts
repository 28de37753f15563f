import type { CallQuality, GuestKind, RoomRole, RoomStatus } from '../protocol/protocol.ts';

/** Why somebody is gone before the end. */
export type LeftReason = 'left' | 'connection_lost' | 'access_revoked';

/** What a join token says: who may enter which room, and as what. */
export interface Admission {
  readonly roomId: string;
  /** The id of the user, or of the guest. */
  readonly participantId: string;
  /** What the other participants see. */
  readonly displayName: string;
  readonly role: RoomRole;
  readonly guestKind?: GuestKind;
  /** Whether they take part in the call once the visit is under way. */
  readonly admitted: boolean;
}

export interface RoomRecord {
  readonly status: RoomStatus;
  /** Why an ended room ended. */
  readonly endReason: string | null;
}

/** Where a waiting patient stands in the doctor's queue. */
export interface WaitingPlace {
  readonly place: number;
  readonly estimatedStart: Temporal.Instant | null;
  /** Whether that is noticeably later than planned. */
  readonly runningLate: boolean;
}

/**
 * What the live side of a visit needs from its record. The room hub reads and reports through this door
 * only and knows no database.
 */
export abstract class RoomDirectory {
  /** Uses up a join token. @returns `null` when it is unknown, used, expired or for another room. */
  abstract redeemJoinToken(roomId: string, tokenHash: Buffer): Promise<Admission | null>;

  /** @returns `null` when there is no such room. */
  abstract load(roomId: string): Promise<RoomRecord | null>;

  /** @returns `null` when nobody can say, for example because the room is not waiting. */
  abstract waitingPlace(roomId: string): Promise<WaitingPlace | null>;

  /** Called once when a person enters, not when a lost connection comes back or another device takes over. */
  abstract participantJoined(admission: Admission, at: Temporal.Instant): Promise<void>;

  /** Called once when a person has left for good before the room's end. */
  abstract participantLeft(
    roomId: string,
    participantId: string,
    reason: LeftReason,
    at: Temporal.Instant,
  ): Promise<void>;

  abstract recordQuality(
    roomId: string,
    participantId: string,
    quality: CallQuality,
    at: Temporal.Instant,
  ): Promise<void>;
}
