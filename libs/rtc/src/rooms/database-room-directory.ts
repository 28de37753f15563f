import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AppointmentsService } from '#appointments';
import { Clock } from '#kernel';
import { Database } from '#platform';
import type { CallQuality } from '../protocol/protocol.ts';
import { type Admission, RoomDirectory, type RoomRecord, type WaitingPlace } from './room-directory.ts';

/** The record that the live rooms look into and report to. */
@Injectable()
export class DatabaseRoomDirectory extends RoomDirectory {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly appointments: AppointmentsService,
  ) {
    super();
  }

  override async redeemJoinToken(roomId: string, tokenHash: Buffer): Promise<Admission | null> {
    const now = this.clock.now();
    // One statement marks the token as used, so that of two who show it one gets in.
    const redeemed = await this.database.query
      .updateTable('roomJoinTokens as token')
      .from('rooms as room')
      .innerJoin('doctors as doctor', 'doctor.id', 'room.practitionerId')
      .innerJoin('patients as patient', 'patient.id', 'room.patientId')
      .set({ usedAt: now })
      .whereRef('room.id', '=', 'token.roomId')
      .where('room.id', '=', roomId)
      .where('token.tokenHash', '=', tokenHash)
      .where('token.usedAt', 'is', null)
      .where('token.expiresAt', '>', now)
      .where(
        sql<boolean>`not exists (select from sessions session
          where session.id = token.session_id and session.revoked_at is not null)`,
      )
      .returning([
        'token.userId',
        'token.role',
        'doctor.name as doctorName',
        sql<string>`patient.first_name || ' ' || patient.last_name`.as('patientName'),
      ])
      .executeTakeFirst();
    if (!redeemed) return null;
    const { userId, role, doctorName, patientName } = redeemed;
    return { roomId, userId, role, displayName: role === 'doctor' ? doctorName : patientName };
  }

  override async load(roomId: string): Promise<RoomRecord | null> {
    const room = await this.database.query
      .selectFrom('rooms')
      .select(['status', 'endReason'])
      .where('id', '=', roomId)
      .executeTakeFirst();
    return room ?? null;
  }

  override async waitingPlace(roomId: string): Promise<WaitingPlace | null> {
    const now = this.clock.now();
    const { rows } = await sql<{ place: number; aheadSeconds: number; startsAt: Temporal.Instant }>`
      select own.starts_at as "startsAt", count(ahead.id) + 1 as place,
        coalesce(sum(case when ahead.status = 'in_progress'
          then greatest(extract(epoch from ahead.ends_at - ${now}::timestamptz), 0)
          else extract(epoch from ahead.ends_at - ahead.starts_at) end), 0)::float8 as "aheadSeconds"
      from rooms room
      join appointments own on own.id = room.appointment_id
      left join appointments ahead on ahead.practitioner_id = own.practitioner_id and ahead.id <> own.id
        and ahead.starts_at < own.starts_at and ahead.starts_at > own.starts_at - interval '12 hours'
        and ahead.status in ('in_progress', 'arrived')
      where room.id = ${roomId} and room.status = 'waiting'
      group by own.starts_at`.execute(this.database.query);
    const [row] = rows;
    if (!row) return null;
    const afterOthers = now.add({ seconds: Math.round(row.aheadSeconds) });
    const isLate = Temporal.Instant.compare(afterOthers, row.startsAt) > 0;
    return { place: row.place, estimatedStart: isLate ? afterOthers : row.startsAt };
  }

  override async participantJoined({ roomId, userId, role }: Admission, at: Temporal.Instant): Promise<void> {
    await this.database.query
      .insertInto('roomParticipants')
      .values({ roomId, userId, role, firstJoinedAt: at })
      .onConflict((conflict) => conflict.columns(['roomId', 'userId']).doUpdateSet({ lastLeftAt: null }))
      .execute();
    await this.appointments.arrived(await this.#appointmentOf(roomId), role);
  }

  override async participantLeft(roomId: string, userId: string, at: Temporal.Instant): Promise<void> {
    await this.database.query
      .updateTable('roomParticipants')
      .set({ lastLeftAt: at })
      .where('roomId', '=', roomId)
      .where('userId', '=', userId)
      .execute();
  }

  override async recordQuality(
    roomId: string,
    userId: string,
    quality: CallQuality,
    at: Temporal.Instant,
  ): Promise<void> {
    await this.database.query
      .updateTable('roomParticipants')
      .set({ quality: JSON.stringify(quality), qualityAt: at })
      .where('roomId', '=', roomId)
      .where('userId', '=', userId)
      .execute();
  }

  async #appointmentOf(roomId: string): Promise<string> {
    const { appointmentId } = await this.database.query
      .selectFrom('rooms')
      .select('appointmentId')
      .where('id', '=', roomId)
      .executeTakeFirstOrThrow();
    return appointmentId;
  }
}
