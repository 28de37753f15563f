import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type AppointmentStatus, AppointmentsService } from '#appointments';
import { type Actor, Clock, newId, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { containing, Database, given, pageOf, Transactional, within } from '#platform';
import type { RoomStatus } from '../protocol/protocol.ts';
import { VisitTimeline } from '../record/visit-timeline.ts';
import { doctorOnly, notConfirmed } from '../rtc.errors.ts';
import { roomStates } from './room.states.ts';
import { RoomHub } from './room-hub.ts';
import { asRoom, RoomRecords } from './room-records.ts';
import type { VisitRoom } from './visit-room.entity.ts';

/** The states of a visit that has a room. */
const CONFIRMED: readonly AppointmentStatus[] = ['scheduled', 'arrived', 'in_progress', 'completed'];

export interface RoomFilter {
  readonly status?: RoomStatus;
  /** Matches the names of the doctor and the patient. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt' | 'startsAt'; readonly descending: boolean };
}

/** The record of each visit's room, and its beginning and end. Who is in it at the moment, RoomHub knows. */
@Injectable()
export class RoomsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly appointments: AppointmentsService,
    private readonly records: RoomRecords,
    private readonly hub: RoomHub,
    private readonly timeline: VisitTimeline,
  ) {}

  /** The rooms that the actor may see, newest first unless asked otherwise. */
  async list(actor: Actor, filter: RoomFilter, page: PageRequest): Promise<Page<VisitRoom>> {
    const { status, search, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.records
        .visibleTo(actor)
        .where((eb) =>
          eb.and(
            given([
              status && eb('room.status', '=', status),
              search &&
                sql<boolean>`doctor.name || ' ' || patient.first_name || ' ' || patient.last_name ilike ${containing(search)}`,
              ...within('room.createdAt', created),
              ...within('room.updatedAt', updated),
            ]),
          ),
        )
        .orderBy(by === 'startsAt' ? 'visit.startsAt' : `room.${by}`, descending ? 'desc' : 'asc')
        .orderBy('room.id'),
      page,
    );
    return { ...found, items: found.items.map(asRoom) };
  }

  /** @throws not_found `room_not_found`, also for a room that the actor may not see */
  visible(actor: Actor, roomId: string): Promise<VisitRoom> {
    return this.records.visible(actor, roomId);
  }

  /**
   * The room of a visit that the actor takes part in.
   * @throws not_found `appointment_not_found`; conflict `appointment_not_confirmed`
   */
  async openFor(actor: Actor, appointmentId: string): Promise<VisitRoom> {
    const visit = await this.appointments.visible(actor, appointmentId);
    return this.ensureForAppointment(visit.id);
  }

  /** Makes the room of a visit that was confirmed, unless it has been called off since. */
  async prepareFor(appointmentId: string): Promise<void> {
    const { status } = await this.appointments.byId(appointmentId);
    if (CONFIRMED.includes(status)) await this.ensureForAppointment(appointmentId);
  }

  /** The room of a confirmed visit; it is made when it is first needed, once. */
  async ensureForAppointment(appointmentId: string): Promise<VisitRoom> {
    const existing = await this.records.byAppointment(appointmentId);
    if (existing) return existing;
    const visit = await this.appointments.byId(appointmentId);
    if (!CONFIRMED.includes(visit.status)) throw notConfirmed(visit.status);
    const now = this.clock.now();
    await this.database.query
      .insertInto('rooms')
      .values({
        id: newId(),
        organizationId: visit.organizationId,
        appointmentId,
        practitionerId: visit.practitionerId,
        patientId: visit.patientId,
        status: 'waiting',
        createdAt: now,
        updatedAt: now,
      })
      .onConflict((conflict) => conflict.column('appointmentId').doNothing())
      .execute();
    const room = await this.records.byAppointment(appointmentId);
    if (!room) throw new Error(`The room of appointment ${appointmentId} was not made.`);
    return room;
  }

  /** The doctor lets the patient in: the visit and its room begin together. */
  @Transactional()
  async start(actor: UserActor, roomId: string): Promise<VisitRoom> {
    const room = await this.records.visible(actor, roomId);
    if (room.doctor.userId !== actor.userId) throw doctorOnly();
    await this.appointments.start(actor, room.appointmentId);
    await this.activate(actor, room.appointmentId);
    return this.records.visible(actor, roomId);
  }

  /**
   * The doctor ends the visit and its room. A patient who ends only leaves: the doctor may still be writing.
   * @throws forbidden `doctor_only`; conflict `appointment_is_…` before the visit has begun
   */
  @Transactional()
  async end(actor: UserActor, roomId: string): Promise<VisitRoom> {
    const room = await this.records.visible(actor, roomId);
    if (room.doctor.userId !== actor.userId) throw doctorOnly();
    await this.appointments.complete(actor, room.appointmentId);
    await this.close(actor, room.appointmentId, 'completed');
    return this.records.visible(actor, roomId);
  }

  /** Opens the call of a visit that has begun. Doing it twice is doing it once. */
  @Transactional()
  async activate(actor: Actor, appointmentId: string): Promise<void> {
    const room = await this.ensureForAppointment(appointmentId);
    if (!roomStates.can(room.status, 'active')) return;
    const now = this.clock.now();
    await this.#change(room.id, { status: 'active', startedAt: now });
    await this.timeline.add(actor, room, 'start');
    this.#tell(() => this.hub.roomStarted(room.id));
  }

  /** Closes the room of a visit that is over or off, and sends everybody out. Doing it twice is doing it once. */
  @Transactional()
  async close(
    actor: Actor,
    appointmentId: string,
    reason: 'completed' | 'cancelled' | 'no_show',
  ): Promise<void> {
    const room = await this.records.byAppointment(appointmentId);
    if (!room || !roomStates.can(room.status, 'ended')) return;
    const now = this.clock.now();
    await this.#change(room.id, { status: 'ended', endedAt: now, endReason: reason });
    await this.database.query
      .updateTable('roomPresences')
      .set({ leftAt: now, leftReason: 'ended' })
      .where('roomId', '=', room.id)
      .where('leftAt', 'is', null)
      .execute();
    await this.timeline.add(actor, room, 'end', reason);
    this.#tell(() => this.hub.roomEnded(room.id, reason));
  }

  /** Sends somebody who does not act for the patient any more out of the patient's rooms. */
  async sendOut(patientId: string, userId: string): Promise<void> {
    const rooms = await this.database.query
      .selectFrom('rooms')
      .select('id')
      .where('patientId', '=', patientId)
      .where('status', '<>', 'ended')
      .execute();
    for (const { id } of rooms) await this.hub.accessRevoked(id, userId);
  }

  async #change(roomId: string, changes: object): Promise<void> {
    await this.database.query
      .updateTable('rooms')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('id', '=', roomId)
      .execute();
  }

  /** The people in the room hear of it when it is true, and not when the transaction fails. */
  #tell(news: () => Promise<void>): void {
    this.database.afterCommit(news);
  }
}
