import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { FilesService, type UploadTicket } from '#files';
import { type Actor, Clock, newId, type UserActor } from '#kernel';
import { Database, Jobs, Transactional } from '#platform';
import { type Doctor, licensedOn } from './doctor.entity.ts';
import { DoctorApproved, DoctorRejected, LicenceRevoked } from './events.ts';
import {
  licenseExpired,
  licenseRanOut,
  nothingToDecide,
  ownLicence,
  submissionChanged,
} from './kyc.errors.ts';
import type { LicenceDocument } from './licence.entity.ts';
import { LicenceRecords } from './licence-records.ts';

export interface KycSubmission {
  readonly licenseNumber: string;
  /** ISO 3166-1 alpha-2. */
  readonly licenseCountry: string;
  /** The last day on which the licence is valid. */
  readonly licenseExpiresOn: string;
  /** The evidence that is going to be uploaded; at least one. */
  readonly documents: readonly {
    readonly kind: LicenceDocument['kind'];
    readonly contentType: string;
    readonly sizeBytes: number;
  }[];
}

export interface KycDecision {
  readonly doctorId: string;
  /** The submission that was looked at: whoever names it does not decide on a later one unseen. */
  readonly submissionId?: string;
  readonly status: 'approved' | 'rejected' | 'revoked';
  readonly reason?: string;
}

/**
 * Know your customer: who a doctor is, and that they may practise. A licence is sent in with its evidence and
 * decided on by an administrator; the one in force stays in force while another one waits.
 */
@Injectable()
export class KycService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
    private readonly files: FilesService,
    private readonly licences: LicenceRecords,
  ) {}

  /**
   * A doctor sends a licence in. It is submitted when every document has been uploaded and checked, and takes
   * the place of one that is still waiting.
   * @returns where the documents go
   * @throws not_found `doctor_not_found`; invalid `license_expired`, `file_type_not_allowed`; too_large
   *   `file_too_large`
   */
  @Transactional()
  async submit(actor: UserActor, { documents, ...license }: KycSubmission): Promise<UploadTicket[]> {
    const now = this.clock.now();
    if (license.licenseExpiresOn < licensedOn(now)) throw licenseExpired(license.licenseExpiresOn);
    const doctor = await this.licences.lock('userId', actor.userId);
    await this.licences.move(await this.licences.current(doctor.id, 'awaiting_documents'), 'withdrawn');
    const id = newId();
    await this.database.query
      .insertInto('licences')
      .values({
        id,
        doctorId: doctor.id,
        number: license.licenseNumber,
        country: license.licenseCountry,
        expiresOn: license.licenseExpiresOn,
        status: 'awaiting_documents',
        createdAt: now,
        updatedAt: now,
      })
      .execute();
    const tickets: UploadTicket[] = [];
    for (const { kind, ...file } of documents) {
      const ticket = await this.files.open(actor, { ...file, purpose: 'licence' });
      await this.database.query
        .insertInto('licenceDocuments')
        .values({ fileId: ticket.fileId, licenceId: id, kind })
        .execute();
      tickets.push(ticket);
    }
    await this.#record(actor, 'submit', doctor, id);
    return tickets;
  }

  /** A document was checked: the licence that was waiting for its last one is submitted. */
  @Transactional()
  async documentAccepted(_actor: Actor, fileId: string): Promise<void> {
    const awaiting = await this.database.query
      .selectFrom('licenceDocuments')
      .innerJoin('licences', 'licences.id', 'licenceDocuments.licenceId')
      .select('licences.doctorId')
      .where('fileId', '=', fileId)
      .executeTakeFirst();
    if (!awaiting) return;
    const doctor = await this.licences.lock('id', awaiting.doctorId);
    const row = await this.licences.current(doctor.id, 'awaiting_documents');
    const [licence] = await this.licences.complete(row ? [row] : []);
    if (!licence?.documents.every(({ file }) => file.status === 'available')) return;
    await this.licences.move(await this.licences.current(doctor.id, 'submitted'), 'withdrawn');
    await this.licences.move(row, 'submitted');
    await this.licences.follow(doctor);
  }

  /**
   * An administrator approves or rejects the licence that was submitted, or revokes the one in force.
   * @throws not_found `doctor_not_found`; forbidden `own_licence`; conflict `kyc_is_…`, `submission_changed`,
   *   `license_expired`
   */
  @Transactional()
  async decide(actor: UserActor, { doctorId, submissionId, status, reason }: KycDecision): Promise<void> {
    const doctor = await this.licences.lock('id', doctorId);
    if (doctor.userId === actor.userId) throw ownLicence();
    const licence = await this.licences.current(doctorId, status === 'revoked' ? 'approved' : 'submitted');
    if (!licence) throw nothingToDecide(doctor.kycStatus);
    if (submissionId !== undefined && submissionId !== licence.id) throw submissionChanged(licence.id);
    if (status === 'approved') {
      if (licence.expiresOn < licensedOn(this.clock.now())) throw licenseRanOut(licence.expiresOn);
      await this.licences.move(await this.licences.current(doctorId, 'approved'), 'replaced');
    }
    const decisionId = await this.licences.decide(actor, licence, status, reason);
    await this.licences.follow(doctor);
    const event = { approved: DoctorApproved, rejected: DoctorRejected, revoked: LicenceRevoked }[status];
    await this.jobs.publish(event, { doctorId, userId: doctor.userId, decisionId });
    await this.#record(actor, status, doctor, licence.id, reason);
  }

  /** Lets a doctor be found, or not, as their account is open or shut. */
  @Transactional()
  async followAccount(userId: string): Promise<void> {
    const doctor = await this.licences.find('userId', userId);
    if (doctor) await this.licences.follow(doctor);
  }

  /**
   * Takes a doctor off the list for good, when their account is erased. What prescriptions and visits show of
   * them stays: the name, the qualifications, the licence.
   */
  @Transactional()
  async delist(actor: Actor, userId: string): Promise<void> {
    const doctor = await this.licences.find('userId', userId);
    if (!doctor) return;
    await this.licences.move(await this.licences.current(doctor.id, 'awaiting_documents'), 'withdrawn');
    await this.licences.move(await this.licences.current(doctor.id, 'submitted'), 'withdrawn');
    const inForce = await this.licences.current(doctor.id, 'approved');
    if (inForce) await this.licences.decide(actor, inForce, 'revoked', 'The account was erased.');
    await this.licences.follow(doctor);
    await this.database.query
      .updateTable('doctors')
      .set({ bio: '', acceptingPatients: false })
      .where('id', '=', doctor.id)
      .execute();
  }

  async #record(
    actor: Actor,
    verb: string,
    { organizationId }: Doctor,
    licenceId: string,
    reason?: string,
  ): Promise<void> {
    await this.audit.record(actor, {
      action: `licence.${verb}`,
      resource: 'licence',
      resourceId: licenceId,
      organizationId,
      ...(reason !== undefined && { reason }),
    });
  }
}
