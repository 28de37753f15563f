import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import {
  type Actor,
  Clock,
  forbidden,
  type Page,
  type PageRequest,
  type Period,
  type UserActor,
} from '#kernel';
import { anyOf, containing, Database, given, Jobs, pageOf, Transactional, within } from '#platform';
import { AppointmentCancelled, AppointmentCompleted, AppointmentStarted } from '../events.ts';
import type { Appointment, AppointmentStatus } from './appointment.entity.ts';
import { doctorOnly, versionChanged } from './appointment.errors.ts';
import { appointmentStates } from './appointment.states.ts';
import { AppointmentReader } from './appointment-reader.ts';
import { sideOf } from './appointments.policy.ts';
import { BookingService } from './booking.service.ts';
import { type CancellationQuote, quote } from './cancellation-policy.ts';
import { VisitWindow } from './visit-window.ts';

export interface AppointmentFilter {
  readonly status?: readonly AppointmentStatus[];
  readonly practitionerId?: string;
  readonly patientId?: string;
  /** The visit that is continued. */
  readonly followUpOf?: string;
  /** Still to come or running; for the patient also what is held and has yet to be paid. */
  readonly upcoming?: boolean;
  readonly startsFrom?: Temporal.Instant;
  readonly startsBefore?: Temporal.Instant;
  readonly created?: Period;
  readonly updated?: Period;
  /** Matches the names of the two people. */
  readonly search?: string;
  readonly order?: { readonly by: 'startsAt' | 'createdAt' | 'updatedAt'; readonly descending: boolean };
}

/** Somebody has come to a visit. */
export interface Arrival {
  readonly appointmentId: string;
  readonly side: 'patient' | 'doctor';
}

/** A visit from booking to its end. How it gets its time is BookingService's. */
@Injectable()
export class AppointmentsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly reader: AppointmentReader,
    private readonly booking: BookingService,
    private readonly window: VisitWindow,
  ) {}

  /** @throws not_found `appointment_not_found`, also for a visit that the actor may not see */
  visible(actor: Actor, id: string): Promise<Appointment> {
    return this.reader.visible(actor, id);
  }

  /** For handlers and jobs, which act for the system. */
  byId(id: string): Promise<Appointment> {
    return this.reader.byId(id);
  }

  /** @see BookingService.confirm */
  confirm(actor: Actor, id: string): Promise<'confirmed' | 'slot_lost'> {
    return this.booking.confirm(actor, id);
  }

  /** The actor's own visits, on whichever side; an administrator sees all. Soonest first unless asked otherwise. */
  async list(actor: Actor, filter: AppointmentFilter, page: PageRequest): Promise<Page<Appointment>> {
    const { status, practitionerId, patientId, followUpOf, startsFrom, startsBefore, search } = filter;
    const { created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'startsAt', descending: false };
    const found = await pageOf(
      this.reader
        .idsVisibleTo(actor)
        .where((eb) =>
          eb.and(
            given([
              status && eb('visit.status', 'in', status),
              practitionerId && eb('visit.practitionerId', '=', practitionerId),
              patientId && eb('visit.patientId', '=', patientId),
              followUpOf && eb('visit.followUpOf', '=', followUpOf),
              filter.upcoming && this.#isUpcoming(actor),
              startsFrom && eb('visit.startsAt', '>=', startsFrom),
              startsBefore && eb('visit.startsAt', '<', startsBefore),
              ...within('visit.createdAt', created),
              ...within('visit.updatedAt', updated),
              search && sql<boolean>`${PEOPLE} ilike ${containing(search)}`,
            ]),
          ),
        )
        .orderBy(`visit.${by}`, descending ? 'desc' : 'asc')
        .orderBy('visit.id'),
      page,
    );
    return { ...found, items: await this.reader.inOrder(found.items.map(({ id }) => id)) };
  }

  /**
   * The patient says why they come, the doctor keeps notes.
   * @throws forbidden `not_your_field`; conflict `version_changed`
   */
  @Transactional()
  async update(
    actor: UserActor,
    id: string,
    changes: { reason?: string | null; notes?: string | null },
    expectedVersion?: number,
  ): Promise<Appointment> {
    const visit = await this.reader.locked(actor, id);
    if (expectedVersion !== undefined && visit.version !== expectedVersion)
      throw versionChanged(visit.version);
    const side = sideOf(actor, visit);
    if (changes.reason !== undefined && side !== 'patient') {
      throw forbidden('not_your_field', 'Only the patient changes the reason of a visit.', {
        field: 'reason',
      });
    }
    if (changes.notes !== undefined && side !== 'doctor') {
      throw forbidden('not_your_field', 'Only the doctor changes the notes of a visit.', { field: 'notes' });
    }
    const { reason, notes } = changes;
    await this.#change(id, {
      ...(reason !== undefined && { reason: this.reader.seal(id, 'reason', reason) }),
      ...(notes !== undefined && { notes: this.reader.seal(id, 'notes', notes) }),
    });
    return this.reader.byId(id);
  }

  /** What the patient would get back if the actor cancelled now. */
  async cancellationQuote(actor: UserActor, id: string): Promise<CancellationQuote> {
    const visit = await this.reader.visible(actor, id);
    appointmentStates.assert(visit.status, 'cancelled');
    return this.#quote(actor, visit);
  }

  /** @throws conflict `appointment_is_…` */
  @Transactional()
  async cancel(
    actor: UserActor,
    id: string,
    reason?: string | null,
  ): Promise<{ appointment: Appointment; quote: CancellationQuote }> {
    const visit = await this.reader.locked(actor, id);
    appointmentStates.assert(visit.status, 'cancelled');
    const by = sideOf(actor, visit);
    await this.#change(id, {
      status: 'cancelled',
      cancelledAt: this.clock.now(),
      cancelledBy: by,
      cancellationReason: this.reader.seal(id, 'cancellationReason', reason),
      holdExpiresAt: null,
      sequence: visit.sequence + 1,
    });
    await this.jobs.publish(AppointmentCancelled, {
      appointmentId: id,
      by,
      wasConfirmed: visit.status !== 'held',
    });
    return { appointment: await this.reader.byId(id), quote: this.#quote(actor, visit) };
  }

  /** Gives up a slot that is only held. A visit that has become more than that, or less, stays as it is. */
  @Transactional()
  async letGo(actor: UserActor, id: string): Promise<Appointment> {
    const visit = await this.reader.locked(actor, id);
    return visit.status === 'held' ? (await this.cancel(actor, id)).appointment : visit;
  }

  /** People have entered the rooms of these visits. It counts once; a patient who comes before the start is waiting. */
  @Transactional()
  async arrived(arrivals: readonly Arrival[]): Promise<void> {
    const now = this.clock.now();
    const visitsOf = (side: Arrival['side']) =>
      arrivals.filter((one) => one.side === side).map(({ appointmentId }) => appointmentId);
    // In one order, so that two processes that are told of the same visits do not block each other.
    await this.database.query
      .selectFrom('appointments')
      .select('id')
      .where('id', '=', anyOf(arrivals.map(({ appointmentId }) => appointmentId)))
      .orderBy('id')
      .forNoKeyUpdate()
      .execute();
    await this.#noteArrivals(visitsOf('patient'), 'patientArrivedAt', now);
    await this.#noteArrivals(visitsOf('doctor'), 'doctorArrivedAt', now);
    await this.database.query
      .updateTable('appointments')
      .set((eb) => ({ status: 'arrived', version: eb('version', '+', 1), updatedAt: now }))
      .where('id', '=', anyOf(visitsOf('patient')))
      .where('status', '=', 'scheduled')
      .execute();
  }

  /**
   * The doctor begins the visit.
   * @throws conflict `appointment_is_…`, `too_early`, `too_late`; forbidden `doctor_only`
   */
  @Transactional()
  async start(actor: UserActor, id: string): Promise<Appointment> {
    const visit = await this.#lockedAsDoctor(actor, id);
    // Pressed twice, or by the room and by the calendar: it has begun once.
    if (visit.status === 'in_progress') return visit;
    appointmentStates.assert(visit.status, 'in_progress');
    this.window.assertOpen(visit);
    const startedAt = this.clock.now();
    const doctorArrivedAt = visit.doctorArrivedAt ?? startedAt;
    await this.#change(id, { status: 'in_progress', startedAt, doctorArrivedAt });
    await this.jobs.publish(AppointmentStarted, { appointmentId: id });
    return this.reader.byId(id);
  }

  /** The doctor ends the visit. @throws conflict `appointment_is_…`; forbidden `doctor_only` */
  @Transactional()
  async complete(actor: UserActor, id: string): Promise<Appointment> {
    const visit = await this.#lockedAsDoctor(actor, id);
    if (visit.status === 'completed') return visit;
    appointmentStates.assert(visit.status, 'completed');
    await this.#change(id, { status: 'completed', endedAt: this.clock.now() });
    await this.jobs.publish(AppointmentCompleted, { appointmentId: id });
    return this.reader.byId(id);
  }

  /** A slot that is only held is its patient's to see to; nobody else counts on it. */
  #isUpcoming({ userId }: Actor) {
    return sql<boolean>`(visit.status = 'in_progress'
      or (visit.status in ('scheduled', 'arrived') and visit.ends_at > ${this.window.closedEnd})
      or (visit.status = 'held' and visit.hold_expires_at > ${this.clock.now()} and visit.patient_id in (select id from patients where account_user_id = ${userId})))`;
  }

  async #noteArrivals(
    ids: readonly string[],
    column: 'patientArrivedAt' | 'doctorArrivedAt',
    at: Temporal.Instant,
  ): Promise<void> {
    await this.database.query
      .updateTable('appointments')
      .set({ [column]: at })
      .where('id', '=', anyOf(ids))
      .where('status', 'in', ['scheduled', 'arrived', 'in_progress'])
      .where(column, 'is', null)
      .execute();
  }

  async #lockedAsDoctor(actor: UserActor, id: string): Promise<Appointment> {
    const visit = await this.reader.locked(actor, id);
    if (visit.practitioner.userId !== actor.userId) {
      throw doctorOnly();
    }
    return visit;
  }

  /** Nothing has been paid for a visit that is only held. */
  #quote(actor: UserActor, visit: Appointment): CancellationQuote {
    const { refundPercent, refund } = quote(visit, sideOf(actor, visit), this.clock.now());
    return { refundPercent, refund: visit.status === 'held' ? { ...refund, amount: 0 } : refund };
  }

  async #change(id: string, changes: object): Promise<void> {
    await this.database.query
      .updateTable('appointments')
      .set((eb) => ({ ...changes, version: eb('version', '+', 1), updatedAt: this.clock.now() }))
      .where('id', '=', id)
      .execute();
  }
}

/** The names of the two people in a visit, for a search. */
const PEOPLE = sql<string>`(select doctor.name || ' ' || patient.first_name || ' ' || patient.last_name
  from doctors doctor, patients patient where doctor.id = visit.practitioner_id and patient.id = visit.patient_id)`;
