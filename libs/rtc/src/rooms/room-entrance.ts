import type { RealtimeBus } from '#platform';
import type { TurnCredentials } from '../joining/turn-credentials.ts';
import type { CloseReason } from '../protocol/protocol.ts';
import type { RtcLimits } from '../signals/limits.ts';
import { logOf, missedFrames } from '../signals/signal-log.ts';
import type { Timestamps } from '../signals/timestamps.ts';
import type { OpenRooms } from './open-rooms.ts';
import { hashResumeId, newInstance, type ParticipantRecord } from './participant.ts';
import type { PeerSession } from './peer-session.ts';
import type { Presence } from './presence.ts';
import type { Room } from './room.ts';
import type { Admission, RoomDirectory } from './room-directory.ts';

export interface RoomEntranceParts {
  /** Names this process in the participants' records. */
  readonly process: string;
  readonly bus: RealtimeBus;
  readonly directory: RoomDirectory;
  readonly presence: Presence;
  readonly rooms: OpenRooms;
  readonly turn: TurnCredentials;
  readonly time: Timestamps;
  readonly limits: RtcLimits;
  /** Says why and closes the session's connection. */
  readonly end: (session: PeerSession, code: CloseReason, text: string) => void;
}

/**
 * How a session gets into a room: its participant's record is written together with a log entry, and the
 * session is in when the log tells of that entry. So a session begins at one exact place of the room's
 * order: what came before is in its welcome, what comes after is delivered.
 */
export class RoomEntrance {
  constructor(private readonly parts: RoomEntranceParts) {}

  async enter(session: PeerSession, admission: Admission): Promise<void> {
    const room = await this.openFor(session);
    if (!room) return;
    const { participantId, displayName, role, guestKind } = admission;
    const before = await this.claim(session, room, participantId, 'participant-joined', (current) => ({
      participantId,
      displayName,
      role,
      ...(guestKind && { guestKind }),
      // What the doctor has decided since the token was looked up is in the record that is replaced.
      admitted: current?.admitted ?? admission.admitted,
      instance: newInstance(),
      resumeHash: hashResumeId(session.resumeId),
      process: this.parts.process,
      connection: session.key,
      state: 'connected',
      since: this.parts.time.ms(),
    }));
    if (before !== null) return;
    const at = Temporal.Instant.fromEpochMilliseconds(this.parts.time.ms());
    await this.parts.directory.participantJoined(admission, at);
  }

  async reenter(session: PeerSession): Promise<void> {
    const { presence, process, time } = this.parts;
    const resumeHash = hashResumeId(session.resumeId);
    // Looked up before the room is opened: who guesses costs next to nothing.
    const records = await presence.recordsOf(session.roomId);
    const own = [...records.values()].find((record) => record.resumeHash === resumeHash);
    if (!own) return this.turnAway(session, resumeHash);
    const room = await this.openFor(session);
    if (!room) return;
    const before = await this.claim(session, room, own.participantId, 'presence', (current) =>
      current?.resumeHash === resumeHash && !presence.expired(current)
        ? { ...current, process, connection: session.key, state: 'connected', since: time.ms() }
        : null,
    );
    if (before === false) await this.turnAway(session, resumeHash);
  }

  /** The log has told of the session's record. */
  async entered(room: Room, session: PeerSession, self: ParticipantRecord): Promise<void> {
    if (session.resumesAfter === null) {
      this.welcome(room, session, self);
      return;
    }
    session.hold();
    const remembered = await this.parts.bus.readAfter(logOf(room.roomId), 0);
    const missed = missedFrames(remembered ?? [], session.cursor, self);
    if (!missed) return this.expire(session);
    // The log may have forgotten what this process has seen, and this process may be new to the room.
    session.lastId = Math.max(missed.receivedId, room.counts.highest(self.participantId, self.instance));
    this.welcome(room, session, self);
    session.release(missed.frames);
  }

  /** Who was replaced must not be led to join anew: they would throw out whoever replaced them. */
  private async turnAway(session: PeerSession, resumeHash: string): Promise<void> {
    if (await this.parts.presence.isSuperseded(session.roomId, resumeHash)) {
      this.parts.end(session, 'taken_over', 'You joined from elsewhere.');
    } else this.expire(session);
  }

  private expire(session: PeerSession): void {
    this.parts.end(session, 'session_expired', 'This session cannot be resumed. Join again.');
  }

  private async openFor(session: PeerSession): Promise<Room | null> {
    const room = await this.parts.rooms.open(session.roomId);
    if (!room) this.parts.end(session, 'room_not_found', 'No such room.');
    else if (room.status === 'ended') this.parts.end(session, 'room_ended', 'The visit has ended.');
    else if (session.connection) return room;
    return null;
  }

  private async claim(
    session: PeerSession,
    room: Room,
    participantId: string,
    type: 'participant-joined' | 'presence',
    next: (current: ParticipantRecord | null) => ParticipantRecord | null,
  ): Promise<ParticipantRecord | null | false> {
    room.entering.set(session.key, session);
    try {
      if (room.status === 'waiting') {
        room.waiting ??= await this.parts.directory.waitingPlace(room.roomId);
      }
      const known = room.participants.get(participantId) ?? null;
      const before = await this.parts.presence.claim(room.roomId, participantId, known, type, next);
      if (before === false) room.entering.delete(session.key);
      return before;
    } catch (error) {
      room.entering.delete(session.key);
      throw error;
    }
  }

  private welcome(room: Room, session: PeerSession, self: ParticipantRecord): void {
    const { limits, time, turn } = this.parts;
    session.iceRefreshAt = turn.refreshAt(time.ms());
    session.tell({
      type: 'welcome',
      seq: session.cursor,
      at: time.text(),
      resumed: session.resumesAfter !== null,
      resume_id: session.resumeId,
      received_id: session.lastId,
      self: {
        participant_id: self.participantId,
        instance: self.instance,
        display_name: self.displayName,
        role: self.role,
        ...(self.guestKind && { guest_kind: self.guestKind }),
        admitted: self.admitted,
      },
      room: { room_id: room.roomId, status: self.admitted ? room.status : 'waiting' },
      participants: room.othersAs(self),
      waiting: self.role === 'patient' ? room.waitingView() : null,
      ...turn.issue(self.participantId),
      limits: {
        max_frame_bytes: limits.maxFrameBytes,
        messages_per_second: limits.messagesPerSecond,
        resume_window_seconds: limits.resumeWindowMs / 1000,
      },
    });
  }
}
