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
import { containing, Database, given, Jobs, pageOf, Transactional, within } from '#platform';
import type { Appointment, AppointmentStatus } from './appointment.entity.ts';
import { versionChanged } from './appointment.errors.ts';
import { appointmentStates } from './appointment.states.ts';
import { AppointmentReader } from './appointment-reader.ts';
import { sideOf } from './appointments.policy.ts';
import { BookingService } from './booking.service.ts';
import { type CancellationQuote, quote } from './cancellation-policy.ts';
import { AppointmentCancelled, AppointmentCompleted, AppointmentStarted } from './events.ts';

export interface AppointmentFilter {
  readonly status?: readonly AppointmentStatus[];
  readonly practitionerId?: string;
  readonly patientId?: string;
  readonly startsFrom?: Temporal.Instant;
  readonly startsBefore?: Temporal.Instant;
  readonly created?: Period;
  readonly updated?: Period;
  /** Matches the names of the two people. */
  readonly search?: string;
  readonly order?: { readonly by: 'startsAt' | 'createdAt' | 'updatedAt'; readonly descending: boolean };
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
    const { status, practitionerId, patientId, startsFrom, startsBefore, created, updated, search } = filter;
    const { by, descending } = filter.order ?? { by: 'startsAt', descending: false };
    const found = await pageOf(
      this.reader
        .visibleTo(actor)
        .where((eb) =>
          eb.and(
            given([
              status && eb('visit.status', 'in', status),
              practitionerId && eb('visit.practitionerId', '=', practitionerId),
              patientId && eb('visit.patientId', '=', patientId),
              startsFrom && eb('visit.startsAt', '>=', startsFrom),
              startsBefore && eb('visit.startsAt', '<', startsBefore),
              ...within('visit.createdAt', created),
              ...within('visit.updatedAt', updated),
              search &&
                sql<boolean>`(doctor.name || ' ' || patient.first_name || ' ' || patient.last_name) ilike ${containing(search)}`,
            ]),
          ),
        )
        .orderBy(`visit.${by}`, descending ? 'desc' : 'asc')
        .orderBy('visit.id'),
      page,
    );
    return { ...found, items: found.items.map((row) => this.reader.asAppointment(row)) };
  }

  /** Visits that are still to come or running, soonest first. */
  upcoming(actor: Actor, page: PageRequest): Promise<Page<Appointment>> {
    return this.list(
      actor,
      {
        status: ['scheduled', 'arrived', 'in_progress'],
        startsFrom: this.clock.now().subtract({ hours: 2 }),
      },
      page,
    );
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

  /** The patient is in the waiting room. Who was there before, or comes after the start, changes nothing. */
  async arrived(id: string): Promise<void> {
    await this.database.query
      .updateTable('appointments')
      .set((eb) => ({ status: 'arrived', version: eb('version', '+', 1), updatedAt: this.clock.now() }))
      .where('id', '=', id)
      .where('status', '=', 'scheduled')
      .execute();
  }

  /** The doctor begins the visit. @throws conflict `appointment_is_…`; forbidden `doctor_only` */
  @Transactional()
  async start(actor: UserActor, id: string): Promise<Appointment> {
    const visit = await this.#lockedAsDoctor(actor, id);
    // Pressed twice, or by the room and by the calendar: it has begun once.
    if (visit.status === 'in_progress') return visit;
    appointmentStates.assert(visit.status, 'in_progress');
    await this.#change(id, { status: 'in_progress', startedAt: this.clock.now() });
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

  async #lockedAsDoctor(actor: UserActor, id: string): Promise<Appointment> {
    const visit = await this.reader.locked(actor, id);
    if (visit.practitioner.userId !== actor.userId) {
      throw forbidden('doctor_only', 'Only the doctor of the visit may do this.');
    }
    return visit;
  }

  #quote(actor: UserActor, visit: Appointment): CancellationQuote {
    const { cancellationPolicy: policy, fee, startsAt } = visit;
    return quote({ policy, fee, startsAt }, sideOf(actor, visit), this.clock.now());
  }

  async #change(id: string, changes: object): Promise<void> {
    await this.database.query
      .updateTable('appointments')
      .set((eb) => ({ ...changes, version: eb('version', '+', 1), updatedAt: this.clock.now() }))
      .where('id', '=', id)
      .execute();
  }
}
