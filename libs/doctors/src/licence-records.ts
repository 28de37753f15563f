import { Injectable } from '@nestjs/common';
import { FilesService } from '#files';
import { type Actor, Clock, newId, notFound } from '#kernel';
import { Database } from '#platform';
import { asDoctor, DOCTOR_COLUMNS, type Doctor } from './doctor.entity.ts';
import { noDoctorProfile } from './doctors.errors.ts';
import { kycStates } from './kyc.states.ts';
import { LICENCE_COLUMNS, type Licence, type LicenceRow, type LicenceStatus } from './licence.entity.ts';
import { licenceStates } from './licence.states.ts';

/** The rows of licences. Whoever changes one holds the lock on its doctor, and lets their status follow. */
@Injectable()
export class LicenceRecords {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly files: FilesService,
  ) {}

  /** The doctor, whose licences nobody else changes before the transaction ends. @throws not_found */
  async lock(column: 'id' | 'userId', value: string): Promise<Doctor> {
    const doctor = await this.find(column, value);
    if (!doctor) throw column === 'userId' ? noDoctorProfile() : notFound('doctor');
    return doctor;
  }

  /** As `lock`, for an account that may have no profile. */
  async find(column: 'id' | 'userId', value: string): Promise<Doctor | undefined> {
    const row = await this.database.query
      .selectFrom('doctors')
      .select(DOCTOR_COLUMNS)
      .where(column, '=', value)
      .forUpdate()
      .executeTakeFirst();
    return row && asDoctor(row);
  }

  /** The doctor's licence in this state, of which there is one at most. */
  async current(
    doctorId: string,
    status: 'awaiting_documents' | 'submitted' | 'approved',
  ): Promise<LicenceRow | undefined> {
    return this.database.query
      .selectFrom('licences')
      .select(LICENCE_COLUMNS)
      .where('doctorId', '=', doctorId)
      .where('status', '=', status)
      .executeTakeFirst();
  }

  /** Moves the licence, if there is one. */
  async move(licence: LicenceRow | undefined, status: LicenceStatus): Promise<void> {
    if (!licence) return;
    licenceStates.assert(licence.status, status);
    const now = this.clock.now();
    await this.database.query
      .updateTable('licences')
      .set({ status, updatedAt: now, ...(status === 'submitted' && { submittedAt: now }) })
      .where('id', '=', licence.id)
      .execute();
  }

  /** As `move`, for what is remembered as a decision. @returns the decision's id */
  async decide(
    { userId }: Actor,
    licence: LicenceRow,
    status: 'approved' | 'rejected' | 'expired' | 'revoked',
    reason: string | null = null,
  ): Promise<string> {
    await this.move(licence, status);
    const id = newId();
    await this.database.query
      .insertInto('licenceDecisions')
      .values({ id, licenceId: licence.id, status, reason, decidedBy: userId, decidedAt: this.clock.now() })
      .execute();
    return id;
  }

  /** With evidence and decisions. */
  async complete(rows: readonly LicenceRow[]): Promise<Licence[]> {
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return [];
    const [documents, decisions] = await Promise.all([
      this.database.query
        .selectFrom('licenceDocuments')
        .selectAll()
        .where('licenceId', 'in', ids)
        .orderBy('fileId')
        .execute(),
      this.database.query
        .selectFrom('licenceDecisions')
        .selectAll()
        .where('licenceId', 'in', ids)
        .orderBy('decidedAt')
        .orderBy('id')
        .execute(),
    ]);
    const files = await this.files.byIds(documents.map(({ fileId }) => fileId));
    return rows.map((row) => ({
      ...row,
      documents: documents.flatMap(({ licenceId, kind, fileId }) => {
        const file = licenceId === row.id ? files.get(fileId) : undefined;
        return file ? [{ kind, file }] : [];
      }),
      decisions: decisions.filter(({ licenceId }) => licenceId === row.id),
    }));
  }

  /**
   * Lets the doctor's status follow the licences, after the last move: what counts is the one in force, else
   * the one that waits, else what became of the last. The licence of a shut account is in force and of no use.
   */
  async follow({ id: doctorId, userId, kycStatus: before }: Doctor): Promise<void> {
    const licence = await this.database.query
      .selectFrom('licences')
      .select(LICENCE_COLUMNS)
      .where('doctorId', '=', doctorId)
      .where('status', 'not in', ['awaiting_documents', 'withdrawn', 'replaced'])
      .orderBy((eb) => eb('status', '=', 'approved'), 'desc')
      .orderBy((eb) => eb('status', '=', 'submitted'), 'desc')
      .orderBy('updatedAt', 'desc')
      .limit(1)
      .executeTakeFirst();
    const account = await this.database.query
      .selectFrom('users')
      .select('status')
      .where('id', '=', userId)
      .executeTakeFirstOrThrow();
    const byLicence = licence ? (licence.status as Doctor['kycStatus']) : 'unsubmitted';
    const kycStatus = byLicence === 'approved' && account.status !== 'active' ? 'suspended' : byLicence;
    if (kycStatus !== before) kycStates.assert(before, kycStatus);
    await this.database.query
      .updateTable('doctors')
      .set({
        kycStatus,
        ...(licence?.status === 'approved' && {
          licenseNumber: licence.number,
          licenseCountry: licence.country,
          licenseExpiresOn: licence.expiresOn,
        }),
        updatedAt: this.clock.now(),
      })
      .where('id', '=', doctorId)
      .execute();
  }
}
