import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AppointmentsService } from '#appointments';
import { Clock, newId } from '#kernel';
import { Database, Transactional } from '#platform';
import type { CallQuality, RoomRole } from '../protocol/protocol.ts';
import { participantActor, VisitTimeline } from '../record/visit-timeline.ts';
import { WaitingLines } from '../waiting/waiting-lines.ts';
import {
  type Admission,
  type LeftReason,
  RoomDirectory,
  type RoomRecord,
  type WaitingPlace,
} from './room-directory.ts';

/** The record that the live rooms look into and report to. */
@Injectable()
export class DatabaseRoomDirectory extends RoomDirectory {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly appointments: AppointmentsService,
    private readonly lines: WaitingLines,
    private readonly timeline: VisitTimeline,
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
      // Who acted for the patient when the token was made may have handed the chart over since.
      .where(sql<boolean>`(token.role <> 'patient' or token.user_id = patient.account_user_id)`)
      .returning([
        'token.userId',
        'token.guestId',
        'token.role',
        'room.patientReturnedAt',
        'doctor.name as doctorName',
        sql<string>`patient.first_name || ' ' || patient.last_name`.as('patientName'),
      ])
      .executeTakeFirst();
    if (!redeemed) return null;
    const { guestId, userId, role, doctorName, patientName, patientReturnedAt } = redeemed;
    if (guestId) return this.#guestAdmission(roomId, guestId);
    return {
      roomId,
      // Either names who it is: the database holds the token to that.
      participantId: userId ?? '',
      role,
      displayName: role === 'doctor' ? doctorName : patientName,
      admitted: role === 'doctor' || patientReturnedAt === null,
    };
  }

  override async load(roomId: string): Promise<RoomRecord | null> {
    const room = await this.database.query
      .selectFrom('rooms')
      .select(['status', 'endReason'])
      .where('id', '=', roomId)
      .executeTakeFirst();
    return room ?? null;
  }

  override waitingPlace(roomId: string): Promise<WaitingPlace | null> {
    return this.lines.placeIn(roomId);
  }

  @Transactional()
  override async participantJoined(admission: Admission, at: Temporal.Instant): Promise<void> {
    const { roomId, participantId, role } = admission;
    const room = await this.#roomOf(roomId);
    // It may have ended while they came in: then they are sent out at once.
    if (room.status === 'ended') return;
    if (!(await this.#openPresence(admission, at))) {
      // A process that died could not say that they had left.
      await this.#closePresence(roomId, participantId, 'connection_lost', at);
      await this.#openPresence(admission, at);
    }
    await this.timeline.add(participantActor(participantId, role), room, 'enter', participantId);
    if (role !== 'guest') await this.appointments.arrived(room.appointmentId, role);
  }

  @Transactional()
  override async participantLeft(
    roomId: string,
    participantId: string,
    reason: LeftReason,
    at: Temporal.Instant,
  ): Promise<void> {
    const role = await this.#closePresence(roomId, participantId, reason, at);
    if (!role) return;
    const room = await this.#roomOf(roomId);
    await this.timeline.add(participantActor(participantId, role), room, 'leave', participantId);
  }

  override async recordQuality(
    roomId: string,
    participantId: string,
    { participant_id: aboutId, ...report }: CallQuality,
    at: Temporal.Instant,
  ): Promise<void> {
    await this.database.query
      .insertInto('roomQualityReports')
      .values({ roomId, participantId, aboutId: aboutId ?? null, at, report: JSON.stringify(report) })
      .execute();
  }

  async #guestAdmission(roomId: string, guestId: string): Promise<Admission | null> {
    const guest = await this.database.query
      .selectFrom('roomGuests')
      .select(['displayName', 'kind', 'admittedAt'])
      .where('id', '=', guestId)
      .where('revokedAt', 'is', null)
      .executeTakeFirst();
    if (!guest) return null;
    const { displayName, kind: guestKind, admittedAt } = guest;
    return {
      roomId,
      participantId: guestId,
      role: 'guest',
      displayName,
      guestKind,
      admitted: admittedAt !== null,
    };
  }

  /** @returns whether nobody had forgotten to close an earlier one. */
  async #openPresence(
    { roomId, participantId, role }: Admission,
    joinedAt: Temporal.Instant,
  ): Promise<boolean> {
    const opened = await this.database.query
      .insertInto('roomPresences')
      .values({
        id: newId(),
        roomId,
        participantId,
        role,
        joinedAt,
        ...(role === 'guest' ? { guestId: participantId } : { userId: participantId }),
      })
      .onConflict((open) => open.columns(['roomId', 'participantId']).where('leftAt', 'is', null).doNothing())
      .returning('id')
      .executeTakeFirst();
    return opened !== undefined;
  }

  /** @returns the role of who had been present. */
  async #closePresence(
    roomId: string,
    participantId: string,
    leftReason: LeftReason,
    leftAt: Temporal.Instant,
  ): Promise<RoomRole | undefined> {
    const closed = await this.database.query
      .updateTable('roomPresences')
      .set({ leftAt, leftReason })
      .where('roomId', '=', roomId)
      .where('participantId', '=', participantId)
      .where('leftAt', 'is', null)
      .returning('role')
      .executeTakeFirst();
    return closed?.role;
  }

  #roomOf(roomId: string) {
    return this.database.query
      .selectFrom('rooms')
      .select(['id', 'appointmentId', 'organizationId', 'status'])
      .where('id', '=', roomId)
      .executeTakeFirstOrThrow();
  }
}
