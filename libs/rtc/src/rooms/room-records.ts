import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Actor, hasRole, notFound } from '#kernel';
import { Database } from '#platform';
import type { VisitRoom } from './visit-room.entity.ts';

/** Reads rooms with the people who may enter them. */
@Injectable()
export class RoomRecords {
  constructor(private readonly database: Database) {}

  all() {
    return this.database.query
      .selectFrom('rooms as room')
      .innerJoin('appointments as visit', 'visit.id', 'room.appointmentId')
      .innerJoin('doctors as doctor', 'doctor.id', 'room.practitionerId')
      .innerJoin('patients as patient', 'patient.id', 'room.patientId')
      .selectAll('room')
      .select([
        'visit.startsAt',
        'visit.endsAt',
        'visit.status as visitStatus',
        'doctor.userId as doctorUserId',
        'doctor.name as doctorName',
        'patient.accountUserId as patientUserId',
        sql<string>`patient.first_name || ' ' || patient.last_name`.as('patientName'),
      ]);
  }

  /** Rooms of the actor's own visits; an administrator sees all. */
  visibleTo(actor: Actor) {
    const query = this.all();
    if (hasRole(actor, 'admin')) return query;
    return query.where((eb) =>
      eb.or([eb('doctor.userId', '=', actor.userId), eb('patient.accountUserId', '=', actor.userId)]),
    );
  }

  /** @throws not_found `room_not_found`, also for a room that the actor may not see */
  async visible(actor: Actor, roomId: string): Promise<VisitRoom> {
    const row = await this.visibleTo(actor).where('room.id', '=', roomId).executeTakeFirst();
    if (!row) throw notFound('room');
    return asRoom(row);
  }

  /** For who was let in by something else than an account. */
  async byId(roomId: string): Promise<VisitRoom> {
    return asRoom(await this.all().where('room.id', '=', roomId).executeTakeFirstOrThrow());
  }

  async byAppointment(appointmentId: string): Promise<VisitRoom | undefined> {
    const row = await this.all().where('room.appointmentId', '=', appointmentId).executeTakeFirst();
    return row && asRoom(row);
  }
}

type RoomRow = Awaited<ReturnType<ReturnType<RoomRecords['all']>['executeTakeFirstOrThrow']>>;

export function asRoom({
  doctorUserId,
  doctorName,
  patientUserId,
  patientName,
  ...room
}: RoomRow): VisitRoom {
  return {
    ...room,
    doctor: { userId: doctorUserId, name: doctorName },
    patient: { userId: patientUserId, name: patientName },
  };
}
