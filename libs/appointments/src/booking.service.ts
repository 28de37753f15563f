import { Injectable } from '@nestjs/common';
import { type Doctor, DoctorsService, isLicensed } from '#doctors';
import { type Actor, Clock, DomainError, newId, type UserActor } from '#kernel';
import { PatientsService } from '#patients';
import { Database, Jobs, Transactional, violatedConstraint } from '#platform';
import type { Appointment } from './appointment.entity.ts';
import {
  notAccepting,
  ownPractice,
  patientBusy,
  slotNotOffered,
  slotTaken,
  versionChanged,
} from './appointment.errors.ts';
import { appointmentStates, LIVE } from './appointment.states.ts';
import { AppointmentReader } from './appointment-reader.ts';
import { CANCELLATION_POLICY } from './cancellation-policy.ts';
import { AppointmentConfirmed, AppointmentRescheduled } from './events.ts';
import { ExpireHold } from './expire-hold.handler.ts';
import { type BookableSlot, SlotsService } from './slots.service.ts';

/** How long a slot is kept for somebody who has not paid yet. */
export const HOLD_MINUTES = 10;

export interface BookingRequest {
  readonly doctorId: string;
  /** The chart that the visit is for: the actor's own when left out, or one of a dependant. */
  readonly patientId?: string;
  readonly start: Temporal.Instant;
  readonly reason?: string | null;
}

/** The three ways in which a visit gets its time: held, confirmed, moved. No other code writes it. */
@Injectable()
export class BookingService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly doctors: DoctorsService,
    private readonly patients: PatientsService,
    private readonly slots: SlotsService,
    private readonly reader: AppointmentReader,
  ) {}

  /**
   * Holds a slot for the actor, or for their dependant, until it is paid for.
   * @throws not_found `doctor_not_found`, `patient_not_found`; invalid `own_practice`; conflict `slot_taken`, `slot_not_offered`
   *   (both with the nearest free slots), `patient_busy`, `patient_archived`, `doctor_not_accepting`
   */
  async hold(actor: UserActor, { doctorId, patientId, start, reason }: BookingRequest): Promise<Appointment> {
    const doctor = await this.doctors.listed(doctorId);
    if (doctor.userId === actor.userId) throw ownPractice();
    const slot = await this.#offered(doctor, start);
    const patient = await this.patients.actedFor(actor, patientId);
    const now = this.clock.now();
    const id = newId();
    const holdExpiresAt = now.add({ minutes: HOLD_MINUTES });
    await this.#taking(doctor, slot, () =>
      this.database.transaction(async () => {
        await this.#claim(doctor.id, patient.id, slot);
        await this.database.query
          .insertInto('appointments')
          .values({
            id,
            organizationId: doctor.organizationId,
            practitionerId: doctor.id,
            patientId: patient.id,
            bookedBy: actor.userId,
            status: 'held',
            startsAt: slot.start,
            endsAt: slot.end,
            feeAmount: doctor.fee.amount,
            feeCurrency: doctor.fee.currency,
            cancellationPolicy: JSON.stringify(CANCELLATION_POLICY),
            reason: this.reader.seal(id, 'reason', reason),
            holdExpiresAt,
            createdAt: now,
            updatedAt: now,
          })
          .execute();
        // A visit that costs nothing has nothing to wait for.
        if (doctor.fee.amount === 0) await this.confirm(actor, id);
        else await this.jobs.send(ExpireHold, { appointmentId: id }, { startAfter: holdExpiresAt });
      }),
    );
    return this.reader.byId(id);
  }

  /**
   * Makes a paid visit sure. A hold that has lapsed still gets its slot when nobody took it.
   * Runs in the caller's transaction; confirming twice is confirming once.
   */
  @Transactional()
  async confirm(actor: Actor, appointmentId: string): Promise<'confirmed' | 'slot_lost'> {
    const visit = await this.reader.locked(actor, appointmentId);
    if (visit.status === 'expired') {
      const free = await this.#isFree(visit);
      if (!free) return 'slot_lost';
    } else if (visit.status === 'cancelled') {
      return 'slot_lost';
    } else if (visit.status !== 'held') {
      return 'confirmed';
    }
    // The licence may have been revoked while the patient paid.
    if (!isLicensed(await this.doctors.byId(visit.practitionerId), visit.startsAt)) return 'slot_lost';
    appointmentStates.assert(visit.status, 'scheduled');
    await this.database.query
      .updateTable('appointments')
      .set((eb) => ({
        status: 'scheduled',
        holdExpiresAt: null,
        version: eb('version', '+', 1),
        updatedAt: this.clock.now(),
      }))
      .where('id', '=', visit.id)
      .execute();
    await this.jobs.publish(AppointmentConfirmed, { appointmentId: visit.id });
    return 'confirmed';
  }

  /**
   * Moves a confirmed visit; identity and payment stay, the old slot is free when the new one is taken.
   * @throws conflict `slot_taken`, `slot_not_offered`, `patient_busy`, `appointment_is_…`, `version_changed`
   */
  async reschedule(
    actor: UserActor,
    appointmentId: string,
    start: Temporal.Instant,
    expectedVersion?: number,
  ): Promise<Appointment> {
    const before = await this.reader.visible(actor, appointmentId);
    const doctor = await this.doctors.byId(before.practitionerId);
    const slot = await this.#offered(doctor, start);
    await this.#taking(doctor, slot, () =>
      this.database.transaction(async () => {
        await this.#lockCalendars(doctor.id, before.patientId);
        const visit = await this.reader.locked(actor, appointmentId);
        if (expectedVersion !== undefined && visit.version !== expectedVersion)
          throw versionChanged(visit.version);
        // A visit that can still be started can still be moved.
        appointmentStates.assert(visit.status, 'in_progress');
        await this.#assertFree(doctor.id, visit.patientId, slot, visit.id);
        await this.database.query
          .updateTable('appointments')
          .set((eb) => ({
            startsAt: slot.start,
            endsAt: slot.end,
            sequence: eb('sequence', '+', 1),
            version: eb('version', '+', 1),
            updatedAt: this.clock.now(),
          }))
          .where('id', '=', visit.id)
          .execute();
        await this.jobs.publish(AppointmentRescheduled, { appointmentId: visit.id });
      }),
    );
    return this.reader.byId(appointmentId);
  }

  async #offered(doctor: Doctor, start: Temporal.Instant): Promise<BookableSlot> {
    if (!doctor.acceptingPatients) throw notAccepting();
    const slot = await this.slots.onGrid(doctor, start);
    if (!slot || !isLicensed(doctor, start)) throw slotNotOffered(await this.slots.nearest(doctor, start));
    return slot;
  }

  /** Runs a write that takes `slot`; a refusal names what is free instead. */
  async #taking(doctor: Doctor, slot: BookableSlot, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!isPractitionerConflict(error)) throw error;
      throw slotTaken(await this.slots.nearest(doctor, slot.start));
    }
  }

  async #claim(practitionerId: string, patientId: string, slot: BookableSlot): Promise<void> {
    await this.#lockCalendars(practitionerId, patientId);
    await this.#assertFree(practitionerId, patientId, slot);
  }

  /**
   * Everybody who wants time of this practitioner or this patient queues here. The exclusion constraints
   * alone are safe, but under load their losers deadlock one by one. The order is always the same, so no
   * two bookings wait for each other.
   */
  async #lockCalendars(practitionerId: string, patientId: string): Promise<void> {
    await this.database.lock(`practitioner:${practitionerId}`);
    await this.database.lock(`patient:${patientId}`);
  }

  async #assertFree(
    practitionerId: string,
    patientId: string,
    slot: BookableSlot,
    exceptId?: string,
  ): Promise<void> {
    const now = this.clock.now();
    const inTheWay = await this.database.query
      .selectFrom('appointments')
      .select(['id', 'practitionerId', 'status', 'holdExpiresAt'])
      .where('status', 'in', LIVE)
      .where((eb) => eb.or([eb('practitionerId', '=', practitionerId), eb('patientId', '=', patientId)]))
      .where('startsAt', '<', slot.end)
      .where('endsAt', '>', slot.start)
      .$if(exceptId !== undefined, (query) => query.where('id', '<>', exceptId ?? ''))
      .execute();
    for (const other of inTheWay) {
      const lapsed = other.holdExpiresAt && Temporal.Instant.compare(other.holdExpiresAt, now) <= 0;
      if (lapsed && (await this.#expire(other.id))) continue;
      throw other.practitionerId === practitionerId ? slotTaken([]) : patientBusy(other.id);
    }
  }

  /**
   * Lets go of a hold that has lapsed; its job comes later and finds it expired.
   * @returns whether it was still held: a payment may have confirmed it a moment ago.
   */
  async #expire(id: string): Promise<boolean> {
    const { numUpdatedRows } = await this.database.query
      .updateTable('appointments')
      .set({ status: 'expired', updatedAt: this.clock.now() })
      .where('id', '=', id)
      .where('status', '=', 'held')
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async #isFree(visit: Appointment): Promise<boolean> {
    try {
      await this.#claim(visit.practitionerId, visit.patientId, { start: visit.startsAt, end: visit.endsAt });
      return true;
    } catch (error) {
      if (error instanceof DomainError) return false;
      throw error;
    }
  }
}

function isPractitionerConflict(error: unknown): boolean {
  return (
    (error instanceof DomainError &&
      (error.code === 'slot_taken' || error.details['constraint'] === 'appointments_practitioner_overlap')) ||
    violatedConstraint(error) === 'appointments_practitioner_overlap'
  );
}
