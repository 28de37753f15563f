import type { RealtimeBus } from '#platform';
import type { TurnCredentials } from '../joining/turn-credentials.ts';
import type { RtcLimits } from '../signals/limits.ts';
import type { Timestamps } from '../signals/timestamps.ts';
import type { OpenRooms } from './open-rooms.ts';
import { type ParticipantRecord, POLLING } from './participant.ts';
import type { PeerSession } from './peer-session.ts';
import type { Presence } from './presence.ts';
import type { Room } from './room.ts';
import type { RoomDirectory } from './room-directory.ts';

const TICK_MS = 1_000;
const LEASE_TTL_SECONDS = 15;
/** How often a process says that it is alive, and looks whether the others are. */
const LEASE_INTERVAL_MS = 5_000;
/** How often a waiting patient's place is looked up. */
const WAITING_INTERVAL_MS = 30_000;

export interface RoomKeeperParts {
  readonly process: string;
  readonly bus: RealtimeBus;
  readonly directory: RoomDirectory;
  readonly presence: Presence;
  readonly rooms: OpenRooms;
  readonly turn: TurnCredentials;
  readonly time: Timestamps;
  readonly limits: RtcLimits;
  readonly report: (error: unknown) => void;
}

/** What happens in the rooms of a process without anybody saying anything. */
export class RoomKeeper {
  private timer: NodeJS.Timeout | null = null;
  private leaseAt = 0;

  constructor(private readonly parts: RoomKeeperParts) {}

  start(): void {
    this.timer ??= setInterval(() => void this.tick(), TICK_MS).unref();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  /** One round. Failures are reported; the next round tries again. */
  async tick(): Promise<void> {
    const { report, rooms, time } = this.parts;
    const now = time.ms();
    const work: Promise<void>[] = [];
    for (const room of rooms.values()) {
      for (const session of room.sessions.values()) this.look(session, now);
      work.push(...this.removeExpired(room), this.refreshWaiting(room, now));
      if (room.sessions.size === 0 && room.entering.size === 0) work.push(rooms.close(room));
    }
    if (now - this.leaseAt >= LEASE_INTERVAL_MS) {
      const isFirst = this.leaseAt === 0;
      this.leaseAt = now;
      work.push(
        isFirst ? this.prolong() : this.restoreIfLost().then(() => this.prolong()),
        this.markOrphans(),
      );
    }
    for (const result of await Promise.allSettled(work)) {
      if (result.status === 'rejected') report(result.reason);
    }
  }

  private look(session: PeerSession, now: number): void {
    const { limits, time, turn } = this.parts;
    const { connection, participant } = session;
    if (!connection || !participant) return;
    if (now >= session.pingAt) {
      if (!session.alive) {
        connection.terminate();
        return;
      }
      session.alive = false;
      session.pingAt = now + limits.pingIntervalMs;
      connection.ping();
    }
    if (now >= session.iceRefreshAt) {
      session.iceRefreshAt = turn.refreshAt(now);
      session.tell({ type: 'ice-servers', at: time.text(), ...turn.issue(participant.participantId) });
    }
  }

  private removeExpired(room: Room): Promise<void>[] {
    const { presence } = this.parts;
    return [...room.participants.values()]
      .filter((record) => presence.expired(record))
      .map((record) => presence.remove(room.roomId, record, 'connection_lost'));
  }

  private async refreshWaiting(room: Room, now: number): Promise<void> {
    if (room.status !== 'waiting' || now < room.waitingCheckAt) return;
    room.waitingCheckAt = now + WAITING_INTERVAL_MS;
    const before = JSON.stringify(room.waitingView());
    room.waiting = await this.parts.directory.waitingPlace(room.roomId);
    const place = room.waitingView();
    if (!place || JSON.stringify(place) === before) return;
    for (const session of room.sessions.values()) {
      if (session.participant?.role !== 'patient') continue;
      session.tell({ type: 'waiting', at: this.parts.time.text(), ...place });
    }
  }

  private prolong(): Promise<void> {
    return this.parts.bus.keepAlive(leaseOf(this.parts.process), LEASE_TTL_SECONDS);
  }

  /**
   * A bus that was restarted may have lost who is in the rooms, of which this process's own lease is the
   * sign. Everybody knows it still, and whoever notices first writes it anew.
   */
  private async restoreIfLost(): Promise<void> {
    const { bus, presence, process, rooms } = this.parts;
    if (await bus.isAlive(leaseOf(process))) return;
    await Promise.all([...rooms.values()].map((room) => presence.restore(room.roomId, room.participants)));
  }

  /** A participant whose process is gone has lost the connection, and nobody else will say so. */
  private async markOrphans(): Promise<void> {
    const { bus, presence, process, rooms } = this.parts;
    const suspects: [Room, ParticipantRecord][] = [];
    const alive = new Map<string, boolean>([[process, true]]);
    for (const room of rooms.values()) {
      for (const record of room.participants.values()) {
        if (record.state !== 'connected' || record.process === POLLING) continue;
        const isOwn = record.process === process;
        if (isOwn && (isHere(room, record) || room.entering.has(record.connection))) continue;
        suspects.push([room, record]);
      }
    }
    for (const [, record] of suspects) {
      if (alive.has(record.process)) continue;
      alive.set(record.process, await bus.isAlive(leaseOf(record.process)));
    }
    for (const [room, record] of suspects) {
      if (record.process === process || !alive.get(record.process)) {
        await presence.markLost(room.roomId, record);
      }
    }
  }
}

function leaseOf(process: string): string {
  return `rtc:${process}`;
}

function isHere(room: Room, record: ParticipantRecord): boolean {
  const session = room.sessions.get(record.participantId);
  return session?.key === record.connection && session.connection !== null;
}
