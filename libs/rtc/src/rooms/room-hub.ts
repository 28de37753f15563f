import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, newId } from '#kernel';
import type { LogBounds, LogEntry, RealtimeBus } from '#platform';
import type { TurnCredentials } from '../joining/turn-credentials.ts';
import {
  type CallQuality,
  type CloseReason,
  clientMessage,
  type RelayedMessage,
} from '../protocol/protocol.ts';
import { type Refused, refusalOf, refusedOf } from '../protocol/refusal.ts';
import { RTC_LIMITS, type RtcLimits } from '../signals/limits.ts';
import { boundsOf, logOf, relayedEntry, type Told, toldEntry } from '../signals/signal-log.ts';
import { Timestamps } from '../signals/timestamps.ts';
import { OpenRooms } from './open-rooms.ts';
import { newResumeId, type ParticipantRecord } from './participant.ts';
import { type PeerConnection, PeerSession } from './peer-session.ts';
import { Presence } from './presence.ts';
import type { Room, RoomEvents } from './room.ts';
import type { Admission, RoomDirectory } from './room-directory.ts';
import { RoomEntrance } from './room-entrance.ts';
import { RoomKeeper } from './room-keeper.ts';

/** How long the others are told that this process stops. */
const FAREWELL_MS = 3_000;
/** How often it is looked whether all have moved. */
const MOVE_CHECK_MS = 50;

export interface RoomHubParts {
  readonly bus: RealtimeBus;
  readonly directory: RoomDirectory;
  readonly turn: TurnCredentials;
  readonly clock: Clock;
  /** Is told of failures that no participant caused. */
  readonly report: (error: unknown) => void;
  readonly limits?: RtcLimits;
}

/**
 * The live side of all rooms on this process, free of any transport. Connections are handed in by the
 * gateway; what happens in a room goes through its log on the bus and comes back from there to every
 * process that has somebody in the room, so one process or ten make no difference.
 */
export class RoomHub {
  readonly limits: RtcLimits;
  private readonly bus: RealtimeBus;
  private readonly bounds: LogBounds;
  private readonly directory: RoomDirectory;
  private readonly time: Timestamps;
  private readonly report: (error: unknown) => void;
  private readonly presence: Presence;
  private readonly rooms: OpenRooms;
  private readonly entrance: RoomEntrance;
  private readonly keeper: RoomKeeper;

  constructor(parts: RoomHubParts) {
    const { bus, clock, directory, report, turn } = parts;
    const limits = parts.limits ?? RTC_LIMITS;
    const time = new Timestamps(clock);
    const presence = new Presence(bus, directory, limits, time);
    const rooms = new OpenRooms(bus, presence, directory, this.events());
    const shared = { process: newId(), bus, directory, presence, rooms, turn, time, limits, report };
    this.bus = bus;
    this.directory = directory;
    this.limits = limits;
    this.bounds = boundsOf(limits.replayLength);
    this.time = time;
    this.report = report;
    this.presence = presence;
    this.rooms = rooms;
    this.entrance = new RoomEntrance({
      ...shared,
      end: (session, code, text) => this.end(session, code, text),
    });
    this.keeper = new RoomKeeper(shared);
  }

  /** Starts the periodic work: pings, expiry of lost sessions, fresh TURN credentials, queue places. */
  start(): void {
    this.keeper.start();
  }

  /** One round of the periodic work. {@link start} calls it every second. */
  tick(): Promise<void> {
    return this.keeper.tick();
  }

  /** Lets somebody with a redeemed join token in. The first message on the connection is `welcome` or `error`. */
  attach(connection: PeerConnection, admission: Admission): PeerSession {
    const session = this.newSession(admission.roomId, newResumeId(), null, connection);
    this.entrance.enter(session, admission).catch((error) => this.failed(session, error));
    return session;
  }

  /**
   * Goes on with a session whose connection was lost, on whichever process it was. The first message on the
   * connection is `welcome`, followed by what was missed, or `error` with `session_expired`.
   *
   * @param seq the highest number that the client has.
   */
  resume(connection: PeerConnection, roomId: string, resumeId: string, seq: number): PeerSession {
    const session = this.newSession(roomId, resumeId, seq, connection);
    this.entrance.reenter(session).catch((error) => this.failed(session, error));
    return session;
  }

  /** Takes one text frame. Never throws: what is wrong with it is told to the sender. */
  receive(session: PeerSession, raw: string): void {
    if (!session.connection) return;
    session.alive = true;
    if (raw.length > this.limits.maxFrameBytes) {
      return this.end(session, 'message_too_large', 'The message is too large.');
    }
    const now = this.time.ms();
    if (!session.withinRate(raw.length, now)) {
      const refused = refusedOf(raw);
      if (refused.id) session.expectAgain(refused.id);
      return this.decline(session, 'rate_limited', 'Too many messages. This one was dropped.', refused);
    }
    const message = parse(raw);
    if (!message) {
      const { text, refused } = refusalOf(raw, () => clientMessage);
      if (refused.id) session.inTurn(refused.id);
      return this.decline(session, 'bad_message', text, refused);
    }
    const { participant } = session;
    if (!participant) return this.decline(session, 'bad_message', 'Wait for the welcome.', refusedOf(raw));
    switch (message.type) {
      case 'ping':
        return session.tell({ type: 'pong', at: this.time.text() });
      case 'bye':
        this.leave(session, participant.participantId).catch(this.report);
        return;
      case 'stats': {
        const { type: _, ...quality } = message;
        return this.note(session, participant.participantId, quality);
      }
      default:
        this.relay(session, participant, raw, message, now);
    }
  }

  /** The connection is gone, for whatever reason. The session is kept for the resume window. */
  dropped(session: PeerSession): void {
    session.connection = null;
    this.lost(session);
  }

  /** A sign of life that is not a message. */
  ponged(session: PeerSession): void {
    session.alive = true;
  }

  /** The visit has started: everyone in the room is let through to the call, wherever they are connected. */
  async roomStarted(roomId: string): Promise<void> {
    await this.append(roomId, { type: 'admitted', at: this.time.text() });
  }

  /** The visit is over or off: everyone is told the reason and disconnected. */
  async roomEnded(roomId: string, reason: string): Promise<void> {
    await this.append(roomId, { type: 'ended', at: this.time.text(), reason });
  }

  /** Lets somebody take part in the call of an active room, or keeps them waiting; who is not there stays so. */
  async setAdmitted(roomId: string, participantId: string, admitted: boolean): Promise<void> {
    await this.presence.setAdmitted(roomId, participantId, admitted);
  }

  /** Something has changed that the patient's estimate depends on. */
  async waitingChanged(roomId: string): Promise<void> {
    await this.append(roomId, { type: 'waiting-changed', at: this.time.text() });
  }

  /** Removes one person from a room, at once. */
  async accessRevoked(roomId: string, participantId: string): Promise<void> {
    const record = (await this.presence.recordsOf(roomId)).get(participantId);
    if (record) await this.presence.remove(roomId, record, 'access_revoked');
  }

  /**
   * Sends everyone elsewhere: for a process that is about to stop. They are asked to move while everything
   * still works, and who has not by then is disconnected and may resume.
   */
  async close(): Promise<void> {
    if (this.bus.spansProcesses) await this.moveOut();
    this.keeper.stop();
    const moving: Promise<void>[] = [];
    for (const room of this.rooms.values()) {
      for (const session of room.sessions.values()) {
        const record = session.participant && room.participants.get(session.participant.participantId);
        session.close('service_restart');
        if (record) moving.push(this.presence.markLost(room.roomId, record));
      }
    }
    const left = Promise.allSettled(moving).then(() =>
      Promise.allSettled([...this.rooms.values()].map((room) => this.rooms.close(room))),
    );
    // Where the bus is out of reach nobody can be told, and the process has to end all the same.
    await Promise.race([left, sleep(FAREWELL_MS, undefined, { ref: false })]);
  }

  /** Resolves when nobody is connected here any more, or the time is up. */
  private async moveOut(): Promise<void> {
    const connected = () =>
      [...this.rooms.values()].flatMap((room) =>
        [...room.sessions.values()].filter((session) => session.connection !== null),
      );
    const { moveWindowMs } = this.limits;
    for (const session of connected()) {
      session.tell({ type: 'move', at: this.time.text(), within_ms: moveWindowMs });
    }
    const deadline = performance.now() + moveWindowMs;
    while (connected().length > 0 && performance.now() < deadline) await sleep(MOVE_CHECK_MS);
  }

  /** What the log tells of the sessions of this process. */
  private events(): RoomEvents {
    return {
      entered: (room, session, self) => {
        if (!session.connection) return this.lost(session);
        this.entrance.entered(room, session, self).catch((error) => this.failed(session, error));
      },
      superseded: (session, by) => {
        if (session.participant?.instance === by.instance) session.close('resumed');
        else this.end(session, 'taken_over', 'You joined from elsewhere.');
      },
      misjudged: (room, record) => {
        this.presence.markFound(room.roomId, record).catch(this.report);
      },
      removed: (session, entry, told) => this.removed(session, entry, told),
      ended: (room, entry, told) => this.ended(room, entry, told),
    };
  }

  private removed(session: PeerSession, entry: LogEntry, told: Told & { type: 'participant-left' }): void {
    if (told.reason === 'access_revoked') {
      session.tell({ type: 'ended', seq: entry.sequence, at: told.at, reason: told.reason });
      session.close('access_revoked');
    } else if (told.reason === 'connection_lost') {
      this.end(session, 'session_expired', 'The session was given up. Join again.');
    } else {
      session.close('left');
    }
  }

  private ended(room: Room, entry: LogEntry, told: Told & { type: 'ended' }): void {
    for (const session of room.sessions.values()) {
      session.tell({ type: 'ended', seq: entry.sequence, at: told.at, reason: told.reason });
      session.close('room_ended');
    }
    for (const session of room.entering.values()) this.end(session, 'room_ended', 'The visit has ended.');
    this.rooms.close(room).catch(this.report);
  }

  private relay(
    session: PeerSession,
    participant: ParticipantRecord,
    raw: string,
    message: RelayedMessage,
    now: number,
  ): void {
    const room = this.rooms.get(session.roomId);
    if (room?.sessions.get(participant.participantId) !== session) return;
    const { id, to } = message;
    if (id && !session.inTurn(id)) {
      return this.decline(session, 'rate_limited', 'One before this was dropped. Go on from there.', { id });
    }
    if (room.status !== 'active' || !participant.admitted) {
      const why = room.status === 'active' ? 'You are kept waiting.' : 'The visit has not started yet.';
      return session.error('not_admitted', why, this.time.text(), { id });
    }
    if (to && (to === participant.participantId || !room.participants.get(to)?.admitted)) {
      const nobody = 'Nobody else with this id is here.';
      return session.error('no_such_participant', nobody, this.time.text(), { id });
    }
    if (id) {
      if (id <= session.lastId) return;
      session.lastId = id;
    }
    const entry = relayedEntry(participant, raw, message, this.time.text(now));
    this.bus.post(room.log, entry, this.bounds, (error) => {
      this.report(error);
      session.error('unavailable', 'The message could not be delivered.', this.time.text(), { id });
    });
  }

  private note(session: PeerSession, userId: string, quality: CallQuality): void {
    const now = this.time.ms();
    const about = quality.participant_id;
    // With who is not here there is no connection; so the reports are as few as the people.
    if (about && !this.rooms.get(session.roomId)?.participants.has(about)) return;
    if (!session.takesReport(about, now)) return;
    this.directory
      .recordQuality(session.roomId, userId, quality, Temporal.Instant.fromEpochMilliseconds(now))
      .catch(this.report);
  }

  private async leave(session: PeerSession, participantId: string): Promise<void> {
    const record = this.rooms.get(session.roomId)?.participants.get(participantId);
    if (record?.connection === session.key) await this.presence.remove(session.roomId, record, 'left');
    session.close('left');
  }

  private decline(session: PeerSession, code: CloseReason, text: string, refused: Refused): void {
    if (session.refused()) this.end(session, code, text, refused);
    else session.error(code, text, this.time.text(), refused);
  }

  /** Says why and closes. Whether the session can be resumed, the code says. */
  private end(session: PeerSession, code: CloseReason, text: string, refused: Refused = {}): void {
    session.error(code, text, this.time.text(), refused);
    session.close(code);
    this.lost(session);
  }

  /** Tells the others; nothing happens when the session does not speak for its participant any more. */
  private lost(session: PeerSession): void {
    const room = this.rooms.get(session.roomId);
    const id = session.participant?.participantId;
    const record = id && room?.participants.get(id);
    if (!record || record.connection !== session.key || record.state !== 'connected') return;
    this.presence.markLost(session.roomId, record).catch(this.report);
  }

  private failed(session: PeerSession, error: unknown): void {
    this.report(error);
    this.end(session, 'unavailable', 'Please try again.');
  }

  private async append(roomId: string, told: Told): Promise<void> {
    await this.bus.append(logOf(roomId), toldEntry(told), this.bounds);
  }

  private newSession(
    roomId: string,
    resumeId: string,
    resumesAfter: number | null,
    connection: PeerConnection,
  ): PeerSession {
    return new PeerSession(roomId, newId(), resumeId, resumesAfter, connection, this.limits, this.time.ms());
  }
}

function parse(raw: string) {
  try {
    return clientMessage.safeParse(JSON.parse(raw)).data ?? null;
  } catch {
    return null;
  }
}
