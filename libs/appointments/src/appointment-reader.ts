import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Actor, hasRole, type Money, notFound } from '#kernel';
import { Database, FieldCipher } from '#platform';
import type { Appointment, VisitText } from './appointment.entity.ts';
import type { CancellationPolicy } from './cancellation-policy.ts';
import { VisitWindow } from './visit-window.ts';

/** Reads visits with the two people in them, and says which ones an actor may see. */
@Injectable()
export class AppointmentReader {
  constructor(
    private readonly database: Database,
    private readonly cipher: FieldCipher,
    private readonly window: VisitWindow,
  ) {}

  /**
   * Visits that the actor may see: as the doctor, or of a chart that they act for; an administrator sees all.
   * Whose charts and profiles are the actor's is found first: an `or` over two joined tables would read every
   * visit.
   */
  visibleTo(actor: Actor) {
    const query = this.all();
    if (hasRole(actor, 'admin')) return query;
    const { userId } = actor;
    return query.where((eb) =>
      eb.or([
        eb(
          'visit.patientId',
          '=',
          sql<string>`any(array(select id from patients where account_user_id = ${userId}))`,
        ),
        eb(
          'visit.practitionerId',
          '=',
          sql<string>`any(array(select id from doctors where user_id = ${userId}))`,
        ),
      ]),
    );
  }

  all() {
    return this.database.query
      .selectFrom('appointments as visit')
      .innerJoin('doctors as doctor', 'doctor.id', 'visit.practitionerId')
      .innerJoin('users as doctorUser', 'doctorUser.id', 'doctor.userId')
      .innerJoin('patients as patient', 'patient.id', 'visit.patientId')
      .leftJoin('users as patientUser', 'patientUser.id', 'patient.accountUserId')
      .select([
        'visit.id',
        'visit.organizationId',
        'visit.practitionerId',
        'visit.patientId',
        'visit.bookedBy',
        'visit.status',
        'visit.startsAt',
        'visit.endsAt',
        'visit.bufferMinutes',
        'visit.feeAmount',
        'visit.feeCurrency',
        'visit.cancellationPolicy',
        'visit.freeCancellation',
        'visit.patientMoves',
        'visit.reason',
        'visit.notes',
        'visit.holdExpiresAt',
        'visit.followUpOf',
        'visit.followUpWithinDays',
        'visit.followUpReason',
        'visit.patientArrivedAt',
        'visit.doctorArrivedAt',
        'visit.sequence',
        'visit.version',
        'visit.startedAt',
        'visit.endedAt',
        'visit.cancelledAt',
        'visit.cancelledBy',
        'visit.cancellationReason',
        'visit.absent',
        'visit.createdAt',
        'visit.updatedAt',
        'doctor.userId as doctorUserId',
        'doctor.name as doctorName',
        'doctorUser.email as doctorEmail',
        'doctor.timeZone as doctorTimeZone',
        'patient.accountUserId as patientUserId',
        sql<string>`patient.first_name || ' ' || patient.last_name`.as('patientName'),
        'patient.email as patientEmail',
        'patientUser.timeZone as patientTimeZone',
      ]);
  }

  /** @throws not_found `appointment_not_found`, also for a visit that the actor may not see */
  async visible(actor: Actor, id: string): Promise<Appointment> {
    const row = await this.visibleTo(actor).where('visit.id', '=', id).executeTakeFirst();
    if (!row) throw notFound('appointment');
    return this.asAppointment(row);
  }

  async byId(id: string): Promise<Appointment> {
    const row = await this.all().where('visit.id', '=', id).executeTakeFirst();
    if (!row) throw notFound('appointment');
    return this.asAppointment(row);
  }

  /** As `visible`, and nobody else changes the visit before the transaction ends. */
  async locked(actor: Actor, id: string): Promise<Appointment> {
    const query = actor.userId === null ? this.all() : this.visibleTo(actor);
    const row = await query.where('visit.id', '=', id).forUpdate('visit').executeTakeFirst();
    if (!row) throw notFound('appointment');
    return this.asAppointment(row);
  }

  /** One of a visit's texts as it is kept. */
  seal(visitId: string, field: VisitText, text: string | null | undefined): Buffer | null {
    return text ? this.cipher.encrypt(text, placeOf(visitId, field)) : null;
  }

  asAppointment(row: VisitRow): Appointment {
    const {
      feeAmount,
      feeCurrency,
      cancellationPolicy,
      reason,
      notes,
      cancellationReason,
      followUpReason,
      doctorUserId,
      doctorName,
      doctorEmail,
      doctorTimeZone,
      patientUserId,
      patientName,
      patientEmail,
      patientTimeZone,
      ...visit
    } = row;
    return {
      ...visit,
      fee: { amount: feeAmount, currency: feeCurrency as Money['currency'] },
      cancellationPolicy: cancellationPolicy as unknown as CancellationPolicy,
      reason: this.#open(visit.id, 'reason', reason),
      notes: this.#open(visit.id, 'notes', notes),
      cancellationReason: this.#open(visit.id, 'cancellationReason', cancellationReason),
      followUpReason: this.#open(visit.id, 'followUpReason', followUpReason),
      window: this.window.of(visit),
      patient: {
        userId: patientUserId,
        name: patientName,
        email: patientEmail,
        timeZone: patientTimeZone ?? doctorTimeZone,
      },
      practitioner: {
        userId: doctorUserId,
        name: doctorName,
        email: doctorEmail,
        timeZone: doctorTimeZone,
      },
    };
  }

  #open(visitId: string, field: VisitText, sealed: Uint8Array | null): string | null {
    return sealed && this.cipher.decrypt(sealed, placeOf(visitId, field));
  }
}

const placeOf = (visitId: string, field: VisitText) => `appointments:${visitId}:${field}`;

type VisitRow = Awaited<ReturnType<ReturnType<AppointmentReader['all']>['executeTakeFirstOrThrow']>>;
