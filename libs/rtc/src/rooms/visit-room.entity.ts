import type { Selectable } from 'kysely';
import type { AppointmentStatus } from '#appointments';
import type { Tables } from '#platform';
import type { RoomRole } from '../protocol/protocol.ts';

/** Whose visit it is; a guest is invited to it. */
export type MemberRole = Exclude<RoomRole, 'guest'>;

/** The record of a visit's room: made when the visit is confirmed, and kept after its end. */
export type VisitRoom = Selectable<Tables['rooms']> & {
  /** When the visit is planned to begin. */
  readonly startsAt: Temporal.Instant;
  readonly endsAt: Temporal.Instant;
  readonly visitStatus: AppointmentStatus;
  /** The person behind each role who may enter. */
  readonly doctor: RoomMember;
  readonly patient: RoomMember;
};

export interface RoomMember {
  /** The account that enters for them: their own, or that of their guardian. */
  readonly userId: string | null;
  readonly name: string;
}

/** In which role a user may enter the room; `null` for everybody else, guests included. */
export function roleIn(room: VisitRoom, userId: string | null): MemberRole | null {
  if (userId === null) return null;
  if (room.doctor.userId === userId) return 'doctor';
  return room.patient.userId === userId ? 'patient' : null;
}
