import { type Clock, conflict, gone, notFound } from '#kernel';
import type { RealtimeBus } from '#platform';
import type { ParticipantView, RelayedMessage, RoomStatus } from '../protocol/protocol.ts';
import { newInstance, type ParticipantRecord, POLLING, sees, viewOf } from '../rooms/participant.ts';
import { Presence } from '../rooms/presence.ts';
import type { Admission, RoomDirectory } from '../rooms/room-directory.ts';
import { RTC_LIMITS, type RtcLimits } from './limits.ts';
import { boundsOf, framesAfter, logOf, relayedEntry } from './signal-log.ts';
import { Timestamps } from './timestamps.ts';

/** A polling client's presence is written anew when its last poll is older than this. */
const REFRESH_MS = 10_000;

export interface SignalPollingParts {
  readonly bus: RealtimeBus;
  readonly directory: RoomDirectory;
  readonly clock: Clock;
  readonly limits?: RtcLimits;
}

/** What a poll answers. */
export interface PolledSignals {
  /** Where the next poll goes on. */
  readonly seq: number;
  readonly status: RoomStatus;
  readonly participants: ParticipantView[];
  /** Messages as they are on the WebSocket, in order. */
  readonly signals: unknown[];
}

/**
 * Signalling without a WebSocket: the same log, read and written by HTTP requests. Who polls is a
 * participant like any other, and is taken for gone when no poll comes within the resume window.
 */
export class SignalPolling {
  private readonly bus: RealtimeBus;
  private readonly directory: RoomDirectory;
  private readonly limits: RtcLimits;
  private readonly time: Timestamps;
  private readonly presence: Presence;

  constructor(parts: SignalPollingParts) {
    this.bus = parts.bus;
    this.directory = parts.directory;
    this.limits = parts.limits ?? RTC_LIMITS;
    this.time = new Timestamps(parts.clock);
    this.presence = new Presence(this.bus, this.directory, this.limits, this.time);
  }

  /**
   * @param after the `seq` of the previous poll; `null` for the first one, which only says where to go on.
   * @throws not_found `room_not_found`, gone `signals_forgotten` when what follows `after` is not
   * remembered: start over with a first poll.
   */
  async poll(admission: Admission, after: number | null): Promise<PolledSignals> {
    const { roomId, participantId } = admission;
    const room = await this.directory.load(roomId);
    if (!room) throw notFound('room');
    if (room.status !== 'ended') await this.appear(admission);
    const entries = await this.bus.readAfter(logOf(roomId), after ?? 0);
    if (!entries) throw gone('signals_forgotten', 'These signals are no longer kept. Start over.');
    const records = await this.presence.recordsOf(roomId);
    const recipient = records.get(participantId) ?? { ...admission, instance: '' };
    const { frames } = framesAfter(after === null ? [] : entries, after ?? 0, recipient);
    // The records outlive the room, and nobody is in a room that has ended.
    const present = room.status === 'ended' ? [] : [...records.values()];
    const others = present.filter(
      (record) => record.participantId !== participantId && sees(recipient, record),
    );
    return {
      seq: entries.at(-1)?.sequence ?? after ?? 0,
      status: room.status === 'active' && !recipient.admitted ? 'waiting' : room.status,
      participants: others.map((other) => viewOf(other, recipient)),
      signals: frames.map(({ frame }) => JSON.parse(frame) as unknown),
    };
  }

  /**
   * Passes a message on to the others.
   *
   * @returns its sequence number.
   * @throws not_found `room_not_found`, conflict `not_admitted` before the visit has started and
   * `not_in_room` for who has neither polled nor connected.
   */
  async post(admission: Admission, message: RelayedMessage): Promise<number> {
    const { roomId, participantId } = admission;
    const room = await this.directory.load(roomId);
    if (!room) throw notFound('room');
    if (room.status !== 'active') throw conflict('not_admitted', 'The visit is not under way.');
    const records = await this.presence.recordsOf(roomId);
    const own = records.get(participantId);
    if (!own) throw conflict('not_in_room', 'Join the room first.');
    if (!own.admitted) throw conflict('not_admitted', 'You are kept waiting.');
    const { to } = message;
    if (to && (to === participantId || !records.get(to)?.admitted)) {
      throw conflict('no_such_participant', 'Nobody else with this id is here.');
    }
    const entry = relayedEntry(own, JSON.stringify(message), message, this.time.text());
    const sequence = await this.bus.append(logOf(roomId), entry, boundsOf(this.limits.replayLength));
    return sequence ?? 0;
  }

  /** Makes the poller present, and those absent whose time is over: there may be no hub that does. */
  private async appear(admission: Admission): Promise<void> {
    const { roomId, participantId, displayName, role } = admission;
    const records = await this.presence.recordsOf(roomId);
    for (const record of records.values()) {
      if (record.participantId !== participantId && this.presence.expired(record)) {
        await this.presence.remove(roomId, record, 'connection_lost');
      }
    }
    const own = records.get(participantId) ?? null;
    const now = this.time.ms();
    const next = (current: ParticipantRecord | null): ParticipantRecord | null => {
      // A WebSocket of the same person speaks for them as long as it lasts.
      if (current && current.process !== POLLING) return null;
      if (current && now - current.since < REFRESH_MS) return null;
      const instance = current?.instance ?? newInstance();
      const connection = {
        process: POLLING,
        connection: POLLING,
        resumeHash: '',
        state: 'connected' as const,
      };
      const admitted = current?.admitted ?? admission.admitted;
      return { participantId, displayName, role, admitted, instance, ...connection, since: now };
    };
    const before = await this.presence.claim(
      roomId,
      participantId,
      own,
      own ? 'presence' : 'participant-joined',
      next,
    );
    if (before !== null) return;
    await this.directory.participantJoined(admission, Temporal.Instant.fromEpochMilliseconds(now));
  }
}
