import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AuditService } from '#audit';
import { hasRole, type UserActor } from '#kernel';
import { Database } from '#platform';
import type { GuestKind, RoomRole } from '../protocol/protocol.ts';
import { RoomRecords } from '../rooms/room-records.ts';
import type { VisitRoom } from '../rooms/visit-room.entity.ts';
import { doctorOnly } from '../rtc.errors.ts';

/** From when until when somebody was in the room; `leftAt` is null while they are. */
export interface PresenceInterval {
  readonly participantId: string;
  readonly name: string;
  readonly role: RoomRole;
  readonly guestKind: GuestKind | null;
  readonly joinedAt: Temporal.Instant;
  readonly leftAt: Temporal.Instant | null;
  readonly leftReason: string | null;
}

/** What one participant measured of the connection to another within a minute; null where it was not told. */
export interface QualityMinute {
  readonly participantId: string;
  readonly aboutId: string | null;
  readonly minute: Temporal.Instant;
  readonly reports: number;
  /** The last one within the minute: host, srflx, prflx or relay. */
  readonly candidateType: string | null;
  /** Shares of 1. */
  readonly packetLoss: number | null;
  readonly packetLossMax: number | null;
  readonly roundTripMs: number | null;
  readonly roundTripMsMax: number | null;
  readonly jitterMs: number | null;
  readonly bitrateInKbps: number | null;
  readonly bitrateOutKbps: number | null;
  /** Since the connection began. */
  readonly freezeCount: number | null;
}

export interface TimelineEntry {
  readonly at: Temporal.Instant;
  readonly action: string;
  readonly actorUserId: string | null;
  /** The participant or guest that it was about, or why the visit ended. */
  readonly about: string | null;
}

export interface CallRecord {
  readonly room: VisitRoom;
  readonly presences: readonly PresenceInterval[];
  readonly quality: readonly QualityMinute[];
  readonly timeline: readonly TimelineEntry[];
}

/** A visit of two hours between four has fewer; what is above is cut off. */
const MOST_ROWS = 2_000;

/** What is kept of a call: who was there, how well it went, what was done. Nothing of what was said. */
@Injectable()
export class CallRecordsService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly records: RoomRecords,
  ) {}

  /**
   * For the doctor of the visit and administrators.
   * @throws not_found `room_not_found`; forbidden `doctor_only`
   */
  async of(actor: UserActor, roomId: string): Promise<CallRecord> {
    const room = await this.records.visible(actor, roomId);
    if (room.doctor.userId !== actor.userId && !hasRole(actor, 'admin')) throw doctorOnly();
    const [presences, quality, timeline] = await Promise.all([
      this.#presences(room),
      this.#quality(roomId),
      this.#timeline(actor, room),
    ]);
    return { room, presences, quality, timeline };
  }

  async #presences(room: VisitRoom): Promise<PresenceInterval[]> {
    const rows = await this.database.query
      .selectFrom('roomPresences as presence')
      .leftJoin('roomGuests as guest', 'guest.id', 'presence.guestId')
      .select([
        'presence.participantId',
        'presence.role',
        'presence.joinedAt',
        'presence.leftAt',
        'presence.leftReason',
        'guest.kind as guestKind',
        'guest.displayName',
      ])
      .where('presence.roomId', '=', room.id)
      .orderBy('presence.joinedAt')
      .limit(MOST_ROWS)
      .execute();
    return rows.map(({ displayName, ...presence }) => ({
      ...presence,
      name: presence.role === 'guest' ? (displayName ?? '') : room[presence.role].name,
    }));
  }

  async #quality(roomId: string): Promise<QualityMinute[]> {
    const mean = (field: string) => sql<number | null>`avg((report ->> ${sql.lit(field)})::float8)`;
    const most = (field: string) => sql<number | null>`max((report ->> ${sql.lit(field)})::float8)`;
    const minute = sql<Temporal.Instant>`date_trunc('minute', at)`;
    return this.database.query
      .selectFrom('roomQualityReports')
      .select(({ fn }) => [
        'participantId',
        'aboutId',
        minute.as('minute'),
        fn.countAll<number>().as('reports'),
        sql<string | null>`(array_agg(report ->> 'candidate_type' order by at desc))[1]`.as('candidateType'),
        mean('packet_loss').as('packetLoss'),
        most('packet_loss').as('packetLossMax'),
        mean('round_trip_ms').as('roundTripMs'),
        most('round_trip_ms').as('roundTripMsMax'),
        mean('jitter_ms').as('jitterMs'),
        mean('bitrate_in_kbps').as('bitrateInKbps'),
        mean('bitrate_out_kbps').as('bitrateOutKbps'),
        most('freeze_count').as('freezeCount'),
      ])
      .where('roomId', '=', roomId)
      .groupBy(['participantId', 'aboutId', minute])
      .orderBy(minute)
      .orderBy('participantId')
      .orderBy('aboutId')
      .limit(MOST_ROWS)
      .execute();
  }

  async #timeline(actor: UserActor, room: VisitRoom): Promise<TimelineEntry[]> {
    const page = { page: 1, pageSize: MOST_ROWS };
    const filter = { resource: 'room', resourceId: room.id, ascending: true };
    const { items } = await this.audit.list(actor, filter, page);
    return items.map(({ at, action, actorUserId, reason }) => ({ at, action, actorUserId, about: reason }));
  }
}
