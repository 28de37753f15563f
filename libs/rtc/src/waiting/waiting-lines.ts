import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { AppointmentStatus } from '#appointments';
import { Clock } from '#kernel';
import { Database } from '#platform';
import type { WaitingPlace } from '../rooms/room-directory.ts';
import { type LinedVisit, type LinePlace, waitingLine } from './waiting-line.ts';

/** How far back and ahead a doctor's day reaches. */
const HALF_A_DAY = { hours: 12 };

/** A visit of a doctor's day with who comes, and where they stand in the line. */
export interface QueuedVisit extends LinedVisit {
  /** `null` while the visit has no room. */
  readonly roomId: string | null;
  readonly patientName: string;
  /** Since when the patient has been in the waiting room, or when they first came. */
  readonly arrivedAt: Temporal.Instant | null;
  /** Whether the patient is connected at the moment. */
  readonly present: boolean;
  /** `null` for who has not come or is with the doctor already. */
  readonly line: LinePlace | null;
}

/** Reads who waits for which doctor. */
@Injectable()
export class WaitingLines {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** The doctor's visits around now that are not over, in the order of their times. */
  async ofPractitioner(practitionerId: string): Promise<QueuedVisit[]> {
    const now = this.clock.now();
    const visits = await this.database.query
      .selectFrom('appointments as visit')
      .innerJoin('patients as patient', 'patient.id', 'visit.patientId')
      .leftJoin('rooms as room', 'room.appointmentId', 'visit.id')
      .select([
        'visit.id as appointmentId',
        'visit.status',
        'visit.startsAt',
        'visit.endsAt',
        'visit.patientArrivedAt as arrivedAt',
        'room.id as roomId',
        'room.announcedStartAt',
        sql<string>`patient.first_name || ' ' || patient.last_name`.as('patientName'),
        sql<boolean>`exists (select from room_presences presence
          where presence.room_id = room.id and presence.role = 'patient' and presence.left_at is null)`.as(
          'present',
        ),
      ])
      .where('visit.practitionerId', '=', practitionerId)
      .where('visit.status', 'in', LINED)
      .where('visit.startsAt', '>', now.subtract(HALF_A_DAY))
      .where('visit.startsAt', '<', now.add(HALF_A_DAY))
      .orderBy('visit.startsAt')
      .execute();
    const line = waitingLine(visits, now);
    return visits.map((visit) => ({ ...visit, line: line.get(visit.appointmentId) ?? null }));
  }

  /** Where the patient of a waiting room stands; who is entering just now counts as there. */
  async placeIn(roomId: string): Promise<WaitingPlace | null> {
    const room = await this.database.query
      .selectFrom('rooms')
      .select(['appointmentId', 'practitionerId'])
      .where('id', '=', roomId)
      .where('status', '=', 'waiting')
      .executeTakeFirst();
    if (!room) return null;
    const day = await this.ofPractitioner(room.practitionerId);
    const asIfHere = day.map((visit) =>
      visit.appointmentId === room.appointmentId ? { ...visit, status: 'arrived' as const } : visit,
    );
    return waitingLine(asIfHere, this.clock.now()).get(room.appointmentId) ?? null;
  }
}

const LINED: readonly AppointmentStatus[] = ['scheduled', 'arrived', 'in_progress'];
