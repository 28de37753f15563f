import { Injectable } from '@nestjs/common';
import type { Insertable } from 'kysely';
import { CANCELLATION_POLICY, type Doctor, DoctorsService, isLicensed } from '#doctors';
import { type Actor, Clock, DomainError, newId, type UserActor } from '#kernel';
import { PatientsService } from '#patients';
import { BuiltOnce, Database, Jobs, type Tables, Transactional } from '#platform';
import { AppointmentConfirmed, AppointmentOffered, AppointmentRescheduled } from '../events.ts';
import { SlotClaims } from '../slots/slot-claims.ts';
import type { OfferedSlot } from '../slots/slots.service.ts';
import type { Appointment } from './appointment.entity.ts';
import {
  holdExpired,
  notAccepting,
  ownPractice,
  patientOnly,
  toBePaid,
  versionChanged,
} from './appointment.errors.ts';
import { appointmentStates } from './appointment.states.ts';
import { AppointmentReader } from './appointment-reader.ts';
import { sideOf } from './appointments.policy.ts';
import { ConcludeVisit } from './conclude-visit.handler.ts';
import { ExpireHold } from './expire-hold.handler.ts';
import { assertMovable, termsAfterMove } from './move-terms.ts';

/** How long a slot is kept for somebody who has not paid yet. */
export const HOLD_MINUTES = 10;

export interface BookingRequest {
  readonly doctorId: string;
  /** The chart that the visit is for: the actor's own when left out, or one of a dependant. */
  readonly patientId?: string;
  readonly start: Temporal.Instant;
  readonly reason?: string | null;
}

/** For whom a slot is kept, until when, and why. */
interface HoldTerms {
  readonly patientId: string;
  readonly bookedBy: string;
  readonly reason?: string | null;
  readonly until: Temporal.Instant;
  readonly followUpOf?: string;
}

/** A slot for a patient who has not chosen it. */
export interface Proposal extends HoldTerms {
  readonly doctorId: string;
  readonly start: Temporal.Instant;
}

/** The ways in which a visit gets its time: held by its patient or for them, confirmed, moved. No other code writes it. */
@Injectable()
export class BookingService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly doctors: DoctorsService,
    private readonly patients: PatientsService,
    private readonly claims: SlotClaims,
    private readonly reader: AppointmentReader,
  ) {}

  /**
   * Holds a slot for the actor, or for their dependant, until it is paid for.
   * @throws not_found `doctor_not_found`, `patient_not_found`; invalid `own_practice`; conflict `slot_taken`,
   *   `slot_not_offered`, `day_full` (with the nearest free slots), `patient_busy`, `patient_archived`,
   *   `doctor_not_accepting`, `too_many_holds`
   */
  async hold(actor: UserActor, { doctorId, patientId, start, reason }: BookingRequest): Promise<Appointment> {
    const doctor = await this.doctors.listed(doctorId);
    if (doctor.userId === actor.userId) throw ownPractice();
    if (!doctor.acceptingPatients) throw notAccepting();
    const slot = await this.claims.offered(doctor, start);
    const patient = await this.patients.actedFor(actor, patientId);
    const until = this.clock.now().add({ minutes: HOLD_MINUTES });
    const terms = { patientId: patient.id, bookedBy: actor.userId, reason, until };
    return this.#hold(doctor, slot, terms, async (id) => {
      // A visit that costs nothing has nothing to wait for.
      if (doctor.fee.amount === 0) return this.confirm(actor, id);
      await this.claims.assertPays(actor.userId);
      await this.#expireLater(id, until);
    });
  }

  /**
   * Keeps a slot for a patient who has yet to say whether they take it: by paying, or with `accept` when it
   * costs nothing. The doctor's notice does not bind a follow-up, whose time the doctor has chosen.
   * @throws not_found `doctor_not_found`; conflict `slot_taken`, `slot_not_offered`, `patient_busy`
   */
  async propose({ doctorId, start, ...terms }: Proposal): Promise<Appointment> {
    const doctor = await this.doctors.listed(doctorId);
    const slot = await this.claims.offered(doctor, start, { notice: terms.followUpOf === undefined });
    return this.#hold(doctor, slot, terms, async (id) => {
      await this.#expireLater(id, terms.until);
      await this.jobs.publish(AppointmentOffered, { appointmentId: id });
    });
  }

  /**
   * The patient takes a slot that was kept for them and costs nothing. Taking it twice is taking it once.
   * @throws forbidden `patient_only`; payment_required `payment_required`; gone `hold_expired`; conflict
   *   `appointment_is_…`
   */
  @Transactional()
  async accept(actor: UserActor, appointmentId: string): Promise<Appointment> {
    const visit = await this.reader.locked(actor, appointmentId);
    if (sideOf(actor, visit) !== 'patient') throw patientOnly();
    if (visit.status === 'scheduled') return visit;
    if (visit.status !== 'expired') appointmentStates.assert(visit.status, 'scheduled');
    const lapsed =
      !visit.holdExpiresAt || Temporal.Instant.compare(visit.holdExpiresAt, this.clock.now()) <= 0;
    if (visit.status === 'expired' || lapsed) throw holdExpired();
    if (visit.fee.amount > 0) throw toBePaid(visit.id);
    await this.confirm(actor, visit.id);
    return this.reader.byId(visit.id);
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
    await this.#concludeLater(visit);
    return 'confirmed';
  }

  /**
   * Moves a confirmed visit; identity and payment stay, the old slot is free when the new one is taken. The
   * doctor's notice and the limits on moving are for the patient. Moving it to where it is changes nothing.
   * @throws conflict `slot_taken`, `slot_not_offered`, `day_full`, `patient_busy`, `appointment_is_…`, `version_changed`,
   *   `too_late_to_move`, `moved_too_often`
   */
  async reschedule(
    actor: UserActor,
    appointmentId: string,
    start: Temporal.Instant,
    expectedVersion?: number,
  ): Promise<Appointment> {
    const before = await this.reader.visible(actor, appointmentId);
    const doctor = await this.doctors.byId(before.practitionerId);
    const by = sideOf(actor, before);
    const slot = await this.claims.offered(doctor, start, { notice: by === 'patient' });
    await this.claims.taking(doctor, slot, () =>
      this.database.transaction(async () => {
        await this.claims.lock(doctor.id, before.patientId);
        const visit = await this.reader.locked(actor, appointmentId);
        if (expectedVersion !== undefined && visit.version !== expectedVersion)
          throw versionChanged(visit.version);
        // A visit that can still be started can still be moved.
        appointmentStates.assert(visit.status, 'in_progress');
        if (visit.startsAt.equals(slot.start)) return;
        const now = this.clock.now();
        assertMovable(visit, by, now, doctor.minimumNoticeMinutes);
        await this.claims.assertFree(doctor, visit.patientId, slot, visit.id);
        await this.database.query
          .updateTable('appointments')
          .set((eb) => ({
            status: 'scheduled',
            startsAt: slot.start,
            endsAt: slot.end,
            bufferMinutes: slot.bufferMinutes,
            ...termsAfterMove(visit, by, now),
            patientArrivedAt: null,
            doctorArrivedAt: null,
            sequence: eb('sequence', '+', 1),
            version: eb('version', '+', 1),
            updatedAt: now,
          }))
          .where('id', '=', visit.id)
          .execute();
        const formerStart = visit.startsAt.toString();
        await this.jobs.publish(AppointmentRescheduled, { appointmentId: visit.id, formerStart });
        await this.#concludeLater(await this.reader.byId(visit.id));
      }),
    );
    return this.reader.byId(appointmentId);
  }

  async #hold(
    doctor: Doctor,
    slot: OfferedSlot,
    { patientId, bookedBy, reason, until, followUpOf }: HoldTerms,
    then: (id: string) => Promise<unknown>,
  ): Promise<Appointment> {
    const now = this.clock.now();
    const id = newId();
    await this.claims.taking(doctor, slot, () =>
      this.database.transaction(async () => {
        await this.claims.claim(doctor, patientId, slot);
        await HOLD.execute(this.database, {
          id,
          organizationId: doctor.organizationId,
          practitionerId: doctor.id,
          patientId,
          bookedBy,
          startsAt: slot.start,
          endsAt: slot.end,
          bufferMinutes: slot.bufferMinutes,
          feeAmount: doctor.fee.amount,
          feeCurrency: doctor.fee.currency,
          cancellationPolicy: JSON.stringify(doctor.cancellationPolicy ?? CANCELLATION_POLICY),
          reason: this.reader.seal(id, 'reason', reason),
          followUpOf: followUpOf ?? null,
          holdExpiresAt: until,
          now,
        });
        await then(id);
      }),
    );
    return this.reader.byId(id);
  }

  async #expireLater(appointmentId: string, until: Temporal.Instant): Promise<void> {
    await this.jobs.send(ExpireHold, { appointmentId }, { startAfter: until });
  }

  /** When nobody can come any more, somebody has to see whether the visit took place. */
  async #concludeLater({ id, window }: Appointment): Promise<void> {
    await this.jobs.send(ConcludeVisit, { appointmentId: id }, { startAfter: window.closesAt });
  }

  async #isFree(visit: Appointment): Promise<boolean> {
    const { practitionerId, patientId, startsAt: start, endsAt: end, bufferMinutes } = visit;
    try {
      const doctor = await this.doctors.byId(practitionerId);
      await this.claims.claim(doctor, patientId, { start, end, bufferMinutes });
      return true;
    } catch (error) {
      if (error instanceof DomainError) return false;
      throw error;
    }
  }
}

type Held = Pick<
  Insertable<Tables['appointments']>,
  | 'id'
  | 'organizationId'
  | 'practitionerId'
  | 'patientId'
  | 'bookedBy'
  | 'startsAt'
  | 'endsAt'
  | 'bufferMinutes'
  | 'feeAmount'
  | 'feeCurrency'
  | 'cancellationPolicy'
  | 'reason'
  | 'followUpOf'
  | 'holdExpiresAt'
> & { now: Temporal.Instant };

const HOLD = new BuiltOnce<Held, unknown>((query, value) =>
  query.insertInto('appointments').values({
    id: value('id'),
    organizationId: value('organizationId'),
    practitionerId: value('practitionerId'),
    patientId: value('patientId'),
    bookedBy: value('bookedBy'),
    status: 'held',
    startsAt: value('startsAt'),
    endsAt: value('endsAt'),
    bufferMinutes: value('bufferMinutes'),
    feeAmount: value('feeAmount'),
    feeCurrency: value('feeCurrency'),
    cancellationPolicy: value('cancellationPolicy'),
    reason: value('reason'),
    followUpOf: value('followUpOf'),
    holdExpiresAt: value('holdExpiresAt'),
    createdAt: value('now'),
    updatedAt: value('now'),
  }),
);
