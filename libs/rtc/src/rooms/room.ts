import type { LogEntry, Stop } from '#platform';
import type { ParticipantView, RoomStatus, WaitingPlaceView } from '../protocol/protocol.ts';
import { frameOf, logOf, type Relayed, readEntry, SenderCounts, type Told } from '../signals/signal-log.ts';
import { type ParticipantRecord, sees, viewOf } from './participant.ts';
import type { PeerSession } from './peer-session.ts';
import type { WaitingPlace } from './room-directory.ts';

interface Changed {
  readonly record: ParticipantRecord;
}

/** What a room asks of the hub when its log tells of something that concerns a session of this process. */
export interface RoomEvents {
  /** The record that speaks for this session is in force: the session is in. */
  entered(room: Room, session: PeerSession, self: ParticipantRecord): void;
  /** A newer connection of the same person is in force. */
  superseded(session: PeerSession, by: ParticipantRecord): void;
  /** Others took the participant for lost although the connection is here. */
  misjudged(room: Room, record: ParticipantRecord): void;
  /** The participant was removed. */
  removed(session: PeerSession, entry: LogEntry, told: Told & { type: 'participant-left' }): void;
  ended(room: Room, entry: LogEntry, told: Told & { type: 'ended' }): void;
}

/**
 * A room as this process sees it: what the log has told so far, and the sessions that are connected here.
 * It changes through {@link apply} only, so that every process that follows the log comes to the same view.
 */
export class Room {
  status: RoomStatus = 'waiting';
  readonly participants = new Map<string, ParticipantRecord>();
  /** By participant; sessions whose connection was lost included. */
  readonly sessions = new Map<string, PeerSession>();
  /** Sessions that asked to enter, by the key of their connection. */
  readonly entering = new Map<string, PeerSession>();
  readonly counts = new SenderCounts();
  waiting: WaitingPlace | null = null;
  waitingCheckAt = 0;
  stop: Stop = async () => {};
  /** The name of its log, made once: a message looks for it. */
  readonly log: string;

  constructor(
    readonly roomId: string,
    private readonly events: RoomEvents,
  ) {
    this.log = logOf(roomId);
  }

  /** The place in the doctor's queue as it is told to the patient. */
  waitingView(): WaitingPlaceView | null {
    if (!this.waiting) return null;
    const { place, estimatedStart, runningLate } = this.waiting;
    return { place, estimated_start_at: estimatedStart?.toString() ?? null, running_late: runningLate };
  }

  apply(entry: LogEntry): void {
    const content = readEntry(entry.content);
    switch (content.type) {
      case 'relayed':
        if (this.counts.isNew(content)) this.pass(entry, content);
        return;
      case 'participant-joined':
      case 'presence':
      case 'admission':
        this.applyRecord(entry, content);
        return;
      case 'participant-left':
        this.applyLeft(entry, content);
        return;
      case 'admitted':
        this.status = 'active';
        this.waiting = null;
        this.pass(entry, content);
        return;
      case 'waiting-changed':
        this.waitingCheckAt = 0;
        return;
      case 'ended':
        this.status = 'ended';
        this.events.ended(this, entry, content);
    }
  }

  private applyRecord(entry: LogEntry, told: Told & Changed): void {
    const { record } = told;
    const here = this.sessions.get(record.participantId);
    const entering = this.entering.get(record.connection);
    this.participants.set(record.participantId, record);
    if (here && here.key !== record.connection) {
      this.sessions.delete(record.participantId);
      this.events.superseded(here, record);
    }
    if (entering) {
      this.entering.delete(record.connection);
      this.sessions.set(record.participantId, entering);
      entering.participant = record;
      // A session that joins begins here; one that resumes goes on from what its client has.
      if (entering.resumesAfter === null) entering.cursor = entry.sequence;
      this.events.entered(this, entering, record);
    } else if (here?.connection && here.key === record.connection && record.state === 'reconnecting') {
      this.events.misjudged(this, record);
    }
    if (told.type === 'admission' && here?.key === record.connection) this.applyAdmission(entry, told, here);
    this.pass(entry, told);
  }

  /** Somebody who is connected here was let in, with a list of whom they may see now, or is to wait again. */
  private applyAdmission(entry: LogEntry, { at, record }: Told & Changed, here: PeerSession): void {
    here.participant = record;
    const told = { seq: entry.sequence, at };
    const frame = record.admitted
      ? { ...told, type: 'admitted', participants: this.othersAs(record) }
      : { ...told, type: 'returned-to-waiting' };
    here.deliver(entry.sequence, JSON.stringify(frame));
  }

  private applyLeft(entry: LogEntry, told: Told & { type: 'participant-left' }): void {
    if (this.participants.get(told.participantId)?.instance !== told.instance) return;
    this.participants.delete(told.participantId);
    const session = this.sessions.get(told.participantId);
    this.sessions.delete(told.participantId);
    this.pass(entry, told);
    if (session) this.events.removed(session, entry, told);
  }

  /** The others, as they are shown to somebody. */
  othersAs(recipient: ParticipantRecord): ParticipantView[] {
    return [...this.participants.values()]
      .filter((other) => other.participantId !== recipient.participantId && sees(recipient, other))
      .map((other) => viewOf(other, recipient));
  }

  private pass(entry: LogEntry, content: Relayed | Told): void {
    for (const session of this.sessions.values()) {
      if (!session.participant || !session.connection) continue;
      const frame = frameOf(entry.sequence, content, session.participant);
      if (frame) session.deliver(entry.sequence, frame);
    }
  }
}
