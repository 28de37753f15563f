import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Actor, hasRole, notFound } from '#kernel';
import { Database, FieldCipher } from '#platform';
import type { WaitlistEntry } from './waitlist-entry.ts';

/** Reads the waitlist with its people, and says which entries an actor may see. */
@Injectable()
export class WaitlistReader {
  constructor(
    private readonly database: Database,
    private readonly cipher: FieldCipher,
  ) {}

  all() {
    return this.database.query
      .selectFrom('waitlistEntries as entry')
      .innerJoin('doctors as doctor', 'doctor.id', 'entry.practitionerId')
      .innerJoin('patients as patient', 'patient.id', 'entry.patientId')
      .leftJoin('appointments as visit', 'visit.id', 'entry.offeredAppointmentId')
      .selectAll('entry')
      .select([
        'doctor.userId as doctorUserId',
        'doctor.name as doctorName',
        'patient.accountUserId as patientUserId',
        sql<string>`patient.first_name || ' ' || patient.last_name`.as('patientName'),
        'visit.startsAt',
        'visit.endsAt',
        'visit.holdExpiresAt',
      ]);
  }

  /** Entries of charts that the actor acts for, a doctor's own waitlist; an administrator sees all. */
  visibleTo(actor: Actor) {
    const query = this.all();
    if (hasRole(actor, 'admin')) return query;
    return query.where((eb) =>
      eb.or([eb('patient.accountUserId', '=', actor.userId), eb('doctor.userId', '=', actor.userId)]),
    );
  }

  /** @throws not_found `waitlist_entry_not_found`, also for an entry that the actor may not see */
  async visible(actor: Actor, id: string): Promise<WaitlistEntry> {
    const row = await this.visibleTo(actor).where('entry.id', '=', id).executeTakeFirst();
    if (!row) throw notFound('waitlist_entry');
    return this.asEntry(row);
  }

  /** As it stands for whoever changes it, and nobody else does before the transaction ends. */
  async locked(id: string): Promise<WaitlistEntry> {
    const row = await this.all().where('entry.id', '=', id).forUpdate('entry').executeTakeFirst();
    if (!row) throw notFound('waitlist_entry');
    return this.asEntry(row);
  }

  /** The practitioners for whom somebody waits. */
  async awaited(): Promise<string[]> {
    const rows = await this.database.query
      .selectFrom('waitlistEntries')
      .select('practitionerId')
      .distinct()
      .where('status', '=', 'waiting')
      .execute();
    return rows.map(({ practitionerId }) => practitionerId);
  }

  seal(entryId: string, reason: string | null | undefined): Buffer | null {
    return reason ? this.cipher.encrypt(reason, placeOf(entryId)) : null;
  }

  asEntry(row: EntryRow): WaitlistEntry {
    const {
      reason,
      offeredAppointmentId,
      doctorUserId,
      doctorName,
      patientUserId,
      patientName,
      startsAt,
      endsAt,
      holdExpiresAt,
      ...entry
    } = row;
    return {
      ...entry,
      reason: reason && this.cipher.decrypt(reason, placeOf(entry.id)),
      doctor: { userId: doctorUserId, name: doctorName },
      patient: { userId: patientUserId, name: patientName },
      offer:
        offeredAppointmentId && startsAt && endsAt
          ? { appointmentId: offeredAppointmentId, startsAt, endsAt, expiresAt: holdExpiresAt }
          : null,
    };
  }
}

const placeOf = (entryId: string) => `waitlist_entries:${entryId}:reason`;

type EntryRow = Awaited<ReturnType<ReturnType<WaitlistReader['all']>['executeTakeFirstOrThrow']>>;
