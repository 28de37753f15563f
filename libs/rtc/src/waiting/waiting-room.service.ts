import { Injectable } from '@nestjs/common';
import { Clock, notFound, type UserActor } from '#kernel';
import { Database, Jobs, Transactional } from '#platform';
import { VisitDelayed } from '../events.ts';
import { VisitTimeline } from '../record/visit-timeline.ts';
import { RoomHub } from '../rooms/room-hub.ts';
import { RoomRecords } from '../rooms/room-records.ts';
import type { VisitRoom } from '../rooms/visit-room.entity.ts';
import { alreadyBegun, doctorOnly, notUnderWay } from '../rtc.errors.ts';
import { type QueuedVisit, WaitingLines } from './waiting-lines.ts';

/** What the doctor does with those who wait. */
@Injectable()
export class WaitingRoomService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly records: RoomRecords,
    private readonly lines: WaitingLines,
    private readonly hub: RoomHub,
    private readonly timeline: VisitTimeline,
  ) {}

  /** The actor's own visits around now, and who of them waits; empty for who is no doctor. */
  async queue(actor: UserActor): Promise<QueuedVisit[]> {
    const doctor = await this.database.query
      .selectFrom('doctors')
      .select('id')
      .where('userId', '=', actor.userId)
      .executeTakeFirst();
    return doctor ? this.lines.ofPractitioner(doctor.id) : [];
  }

  /**
   * Lets a guest, or a patient who was asked to wait again, into the call.
   * @throws not_found `room_not_found`, `participant_not_found`; forbidden `doctor_only`; conflict
   *   `visit_not_under_way`
   */
  @Transactional()
  async admit(actor: UserActor, roomId: string, participantId: string): Promise<VisitRoom> {
    return this.#set(actor, roomId, participantId, true);
  }

  /**
   * Asks the patient or a guest to wait again, while the visit goes on.
   * @throws as `admit`
   */
  @Transactional()
  async returnToWaiting(actor: UserActor, roomId: string, participantId: string): Promise<VisitRoom> {
    return this.#set(actor, roomId, participantId, false);
  }

  /**
   * Tells the patient that the visit begins later, in so many minutes from now.
   * @throws not_found `room_not_found`; forbidden `doctor_only`; conflict `visit_has_begun`
   */
  @Transactional()
  async announceDelay(actor: UserActor, roomId: string, minutes: number): Promise<VisitRoom> {
    const room = await this.#asDoctor(actor, roomId);
    if (room.status !== 'waiting') throw alreadyBegun(room.status);
    const now = this.clock.now();
    const announcedStartAt = now.add({ minutes });
    await this.database.query
      .updateTable('rooms')
      .set({ announcedStartAt, updatedAt: now })
      .where('id', '=', roomId)
      .execute();
    await this.timeline.add(actor, room, 'announce_delay');
    await this.jobs.publish(VisitDelayed, {
      appointmentId: room.appointmentId,
      startAt: announcedStartAt.toString(),
    });
    this.database.afterCommit(() => void this.hub.waitingChanged(roomId));
    return this.records.visible(actor, roomId);
  }

  async #set(actor: UserActor, roomId: string, participantId: string, admitted: boolean): Promise<VisitRoom> {
    const room = await this.#asDoctor(actor, roomId);
    if (room.status !== 'active') throw notUnderWay(room.status);
    const now = this.clock.now();
    if (participantId === room.patient.userId) {
      await this.database.query
        .updateTable('rooms')
        .set({ patientReturnedAt: admitted ? null : now, updatedAt: now })
        .where('id', '=', roomId)
        .execute();
    } else {
      const guest = await this.database.query
        .updateTable('roomGuests')
        .set({ admittedAt: admitted ? now : null })
        .where('id', '=', participantId)
        .where('roomId', '=', roomId)
        .where('redeemedAt', 'is not', null)
        .where('revokedAt', 'is', null)
        .returning('id')
        .executeTakeFirst();
      if (!guest) throw notFound('participant');
    }
    await this.timeline.add(actor, room, admitted ? 'admit' : 'return_to_waiting', participantId);
    this.database.afterCommit(() => void this.hub.setAdmitted(roomId, participantId, admitted));
    return this.records.visible(actor, roomId);
  }

  async #asDoctor(actor: UserActor, roomId: string): Promise<VisitRoom> {
    const room = await this.records.visible(actor, roomId);
    if (room.doctor.userId !== actor.userId) throw doctorOnly();
    return room;
  }
}
