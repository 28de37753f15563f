import { createHash, randomBytes } from 'node:crypto';
import type { ParticipantView, RoomRole } from '../protocol/protocol.ts';

/** One participant of a room as every process knows it: a field of the room's log. */
export interface ParticipantRecord {
  /** The user's id: one person is one participant, wherever they sit. */
  readonly participantId: string;
  readonly displayName: string;
  readonly role: RoomRole;
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
export type Recipient = Pick<ParticipantRecord, 'participantId' | 'role'>;

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

/**
 * Whether the first is polite towards the second in perfect negotiation. The doctor is impolite, so that
 * the doctor's offer wins a collision; between equals the ids decide. It depends on the two only, so both
 * sides always have opposite parts.
 */
function isPolite(self: Recipient, other: Recipient): boolean {
  if (self.role !== other.role) return self.role !== 'doctor';
  return self.participantId > other.participantId;
}

export function viewOf(record: ParticipantRecord, recipient: Recipient): ParticipantView {
  return {
    participant_id: record.participantId,
    instance: record.instance,
    display_name: record.displayName,
    role: record.role,
    state: record.state,
    negotiation_role: isPolite(recipient, record) ? 'polite' : 'impolite',
  };
}
