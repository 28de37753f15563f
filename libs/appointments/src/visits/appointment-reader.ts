import { Injectable } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import type { CancellationPolicy } from '#doctors';
import { type Actor, hasRole, type Money, notFound } from '#kernel';
import { BuiltOnce, Database, FieldCipher, type Tables } from '#platform';
import type { Appointment, VisitText } from './appointment.entity.ts';
import { VisitWindow } from './visit-window.ts';

/** Reads visits with the two people in them, and says which ones an actor may see. */
@Injectable()
export class AppointmentReader {
  constructor(
    private readonly database: Database,
    private readonly cipher: FieldCipher,
    private readonly window: VisitWindow,
  ) {}

  /** Visits that the actor may see: as the doctor, or of a chart that they act for; an administrator sees all. */
  visibleTo(actor: Actor) {
    const all = this.all();
    return hasRole(actor, 'admin') ? all : all.where(concerns(actor.userId));
  }

  /**
   * As `visibleTo`, and nothing but the visits' ids: to choose and count what a list shows before the people in
   * it are read. Joined first, PostgreSQL reads the people of every visit to show those of twenty.
   */
  idsVisibleTo(actor: Actor) {
    const all = this.database.query.selectFrom('appointments as visit').select('visit.id');
    return hasRole(actor, 'admin') ? all : all.where(concerns(actor.userId));
  }

  /** These visits, in this order. */
  async inOrder(ids: readonly string[]): Promise<Appointment[]> {
    const rows = await BY_IDS.execute(this.database, { ids });
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => {
      const row = found.get(id);
      return row ? [this.asAppointment(row)] : [];
    });
  }

  all() {
    return visits(this.database.query);
  }

  /** @throws not_found `appointment_not_found`, also for a visit that the actor may not see */
  async visible(actor: Actor, id: string): Promise<Appointment> {
    const { userId } = actor;
    const [row] = hasRole(actor, 'admin')
      ? await BY_ID.execute(this.database, { id })
      : await OWN_BY_ID.execute(this.database, { id, userId });
    if (!row) throw notFound('appointment');
    return this.asAppointment(row);
  }

  async byId(id: string): Promise<Appointment> {
    const [row] = await BY_ID.execute(this.database, { id });
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

/** Visits with the two people in them. */
function visits(query: Kysely<Tables>) {
  return query
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

/**
 * That the account is the doctor's, or acts for the chart. Whose charts and profiles they are is found first:
 * an `or` over two joined tables would read every visit.
 */
const concerns = (userId: string | null) => sql<boolean>`(
  visit.patient_id = any(array(select id from patients where account_user_id = ${userId}))
  or visit.practitioner_id = any(array(select id from doctors where user_id = ${userId})))`;

type VisitRow = Awaited<ReturnType<ReturnType<typeof visits>['executeTakeFirstOrThrow']>>;

const BY_ID = new BuiltOnce<{ id: string }, VisitRow>((query, value) =>
  visits(query).where('visit.id', '=', value('id')),
);

const BY_IDS = new BuiltOnce<{ ids: readonly string[] }, VisitRow>((query, value) =>
  visits(query).where('visit.id', '=', sql<string>`any(${value('ids')}::uuid[])`),
);

const OWN_BY_ID = new BuiltOnce<{ id: string; userId: string | null }, VisitRow>((query, value) =>
  visits(query)
    .where('visit.id', '=', value('id'))
    .where(concerns(value('userId'))),
);
