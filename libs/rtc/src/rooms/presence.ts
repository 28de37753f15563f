import { unavailable } from '#kernel';
import type { RealtimeBus } from '#platform';
import type { RtcLimits } from '../signals/limits.ts';
import {
  boundsOf,
  formerSessionsOf,
  logOf,
  type RecordChange,
  type Told,
  toldEntry,
} from '../signals/signal-log.ts';
import type { Timestamps } from '../signals/timestamps.ts';
import { type ParticipantRecord, POLLING } from './participant.ts';
import type { LeftReason, RoomDirectory } from './room-directory.ts';

const MAX_ATTEMPTS = 5;

type Next = (current: ParticipantRecord | null) => ParticipantRecord | null;

/**
 * Who is in which room, shared by all processes. A change is made only against the record that was looked
 * at, and in one step with the log entry that tells of it: of two processes that act on the same
 * participant one wins, and the other looks again.
 */
export class Presence {
  constructor(
    private readonly bus: RealtimeBus,
    private readonly directory: RoomDirectory,
    private readonly limits: RtcLimits,
    private readonly time: Timestamps,
  ) {}

  async recordsOf(roomId: string): Promise<Map<string, ParticipantRecord>> {
    const fields = await this.bus.fields(logOf(roomId));
    return new Map([...fields].map(([id, text]) => [id, JSON.parse(text) as ParticipantRecord]));
  }

  /**
   * Writes a participant's record and tells the room.
   *
   * @param known what the caller believes the record to be.
   * @param next makes the new record from the current one; `null` gives up.
   * @returns the record that was replaced, or `false` when `next` gave up.
   * @throws unavailable `presence_contended` when others kept changing the record.
   */
  async claim(
    roomId: string,
    participantId: string,
    known: ParticipantRecord | null,
    type: RecordChange,
    next: Next,
  ): Promise<ParticipantRecord | null | false> {
    let before = known;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (attempt > 0) before = (await this.recordsOf(roomId)).get(participantId) ?? null;
      const now = next(before);
      if (!now) return false;
      const told: Told = { type, at: this.time.text(), record: now };
      if (await this.change(roomId, participantId, before, now, told)) return before;
    }
    throw unavailable('presence_contended', 'The room is busy. Please try again.');
  }

  /** The connection is lost; the resume window begins. Nothing happens if another one speaks for them now. */
  async markLost(roomId: string, record: ParticipantRecord): Promise<void> {
    await this.claim(roomId, record.participantId, record, 'presence', (current) =>
      current?.connection === record.connection && current.state === 'connected'
        ? { ...current, state: 'reconnecting', since: this.time.ms() }
        : null,
    );
  }

  /** The connection that was taken for lost is there. */
  async markFound(roomId: string, record: ParticipantRecord): Promise<void> {
    await this.claim(roomId, record.participantId, record, 'presence', (current) =>
      current?.connection === record.connection && current.state === 'reconnecting'
        ? { ...current, state: 'connected', since: this.time.ms() }
        : null,
    );
  }

  /** Lets somebody who is here take part in the call, or keeps them waiting. Doing it twice is doing it once. */
  async setAdmitted(roomId: string, participantId: string, admitted: boolean): Promise<void> {
    const record = (await this.recordsOf(roomId)).get(participantId) ?? null;
    await this.claim(roomId, participantId, record, 'admission', (current) =>
      current && current.admitted !== admitted ? { ...current, admitted } : null,
    );
  }

  /** Writes anew what the bus has lost of these participants. */
  async restore(roomId: string, participants: ReadonlyMap<string, ParticipantRecord>): Promise<void> {
    const kept = await this.recordsOf(roomId);
    const lost = [...participants.values()].filter(({ participantId }) => !kept.has(participantId));
    await Promise.all(
      lost.map((record) =>
        this.claim(roomId, record.participantId, null, 'presence', (current) => (current ? null : record)),
      ),
    );
  }

  /** Takes a participant out if nothing has changed about them, and records it. */
  async remove(roomId: string, record: ParticipantRecord, reason: LeftReason): Promise<void> {
    const { participantId, instance } = record;
    const at = this.time.text();
    const told = { type: 'participant-left', at, participantId, instance, reason } as const;
    if (!(await this.change(roomId, participantId, record, null, told))) return;
    await this.directory.participantLeft(roomId, participantId, reason, Temporal.Instant.from(at));
  }

  /**
   * Whether this session is over and its person is here with a newer one. It is known for as long as a log
   * is kept.
   */
  async isSuperseded(roomId: string, resumeHash: string): Promise<boolean> {
    const owner = (await this.bus.fields(formerSessionsOf(roomId))).get(resumeHash);
    if (owner === undefined) return false;
    const record = (await this.recordsOf(roomId)).get(owner);
    return record !== undefined && !this.expired(record);
  }

  /** Whether the resume window is over, for a lost connection or since the last poll. */
  expired(record: ParticipantRecord): boolean {
    const isAway = record.state === 'reconnecting' || record.process === POLLING;
    return isAway && record.since + this.limits.resumeWindowMs <= this.time.ms();
  }

  private async change(
    roomId: string,
    participantId: string,
    before: ParticipantRecord | null,
    now: ParticipantRecord | null,
    told: Told,
  ): Promise<boolean> {
    const change = {
      field: participantId,
      expected: before && JSON.stringify(before),
      value: now && JSON.stringify(now),
    };
    const bounds = boundsOf(this.limits.replayLength);
    if (before?.resumeHash && before.resumeHash !== now?.resumeHash) {
      const owner = { field: before.resumeHash, expected: null, value: participantId };
      await this.bus.append(formerSessionsOf(roomId), '', bounds, owner);
    }
    return (await this.bus.append(logOf(roomId), toldEntry(told), bounds, change)) !== null;
  }
}
