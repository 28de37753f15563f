import { createHash, randomBytes } from 'node:crypto';
import { type GuestKind, type ParticipantView, ROOM_ROLES, type RoomRole } from '../protocol/protocol.ts';

/** One participant of a room as every process knows it: a field of the room's log. */
export interface ParticipantRecord {
  /** The id of the user or of the guest: one person is one participant, wherever they sit. */
  readonly participantId: string;
  readonly displayName: string;
  readonly role: RoomRole;
  readonly guestKind?: GuestKind;
  /** Whether they take part in the call, or are kept waiting; the room itself may wait as well. */
  readonly admitted: boolean;
  /** Changes when the person joins anew; a resumed session keeps it. */
  readonly instance: string;
  /** SHA-256 of the resume id, so that nobody can resume with what the bus holds. */
  readonly resumeHash: string;
  /** The process that has the connection; {@link POLLING} for a client without one. */
  readonly process: string;
  /** The connection that speaks for the participant; a later record with another one takes over. */
  readonly connection: string;
  readonly state: 'connected' | 'reconnecting';
  /** Since when this state holds, in epoch milliseconds; for a polling client, the last poll. */
  readonly since: number;
}

/** As whom somebody sees the room. */
export type Recipient = Pick<ParticipantRecord, 'participantId' | 'role' | 'admitted'>;

/** Stands for the process and the connection of a client that polls over HTTP. */
export const POLLING = 'polling';

export function newResumeId(): string {
  return randomBytes(32).toString('base64url');
}

export function hashResumeId(resumeId: string): string {
  return createHash('sha256').update(resumeId).digest('base64url');
}

export function newInstance(): string {
  return randomBytes(9).toString('base64url');
}

/** Whether they may know of the other: a guest who was not let in sees the doctor only. */
export function sees(recipient: Recipient, other: ParticipantRecord): boolean {
  return recipient.role !== 'guest' || recipient.admitted || other.role === 'doctor';
}

type Side = Pick<ParticipantRecord, 'participantId' | 'role'>;

/**
 * Whether the first is polite towards the second in perfect negotiation. The doctor is impolite, so that
 * the doctor's offer wins a collision, and the patient is towards guests; between equals the ids decide. It
 * depends on the two only, so both sides always have opposite parts.
 */
function isPolite(self: Side, other: Side): boolean {
  if (self.role !== other.role) return ROOM_ROLES.indexOf(self.role) > ROOM_ROLES.indexOf(other.role);
  return self.participantId > other.participantId;
}

export function viewOf(record: ParticipantRecord, recipient: Side): ParticipantView {
  return {
    participant_id: record.participantId,
    instance: record.instance,
    display_name: record.displayName,
    role: record.role,
    ...(record.guestKind && { guest_kind: record.guestKind }),
    admitted: record.admitted,
    state: record.state,
    negotiation_role: isPolite(recipient, record) ? 'polite' : 'impolite',
  };
}
