import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { Clock, invalid, notFound, type UserActor } from '#kernel';
import { Database, Jobs, Transactional } from '#platform';
import { asDoctor, DOCTOR_COLUMNS, type Doctor, type KycDocument } from './doctor.entity.ts';
import { DoctorApproved, DoctorRejected } from './events.ts';
import { kycStates } from './kyc.states.ts';

export interface KycSubmission {
  readonly licenseNumber: string;
  /** ISO 3166-1 alpha-2. */
  readonly licenseCountry: string;
  /** The last day on which the licence is valid. */
  readonly licenseExpiresOn: string;
  readonly documents: readonly KycDocument[];
}

export type KycDecision =
  | { readonly doctorId: string; readonly status: 'approved' }
  | { readonly doctorId: string; readonly status: 'rejected'; readonly reason: string };

/** Know your customer: who a doctor is, and that they may practise. */
@Injectable()
export class KycService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
  ) {}

  /**
   * A doctor sends licence and documents; sending them again replaces them and needs a new approval.
   * @throws not_found `doctor_not_found`; invalid `license_expired`
   */
  @Transactional()
  async submit(actor: UserActor, submission: KycSubmission): Promise<Doctor> {
    const { documents, ...license } = submission;
    const today = this.clock.now().toZonedDateTimeISO('UTC').toPlainDate().toString();
    if (submission.licenseExpiresOn < today) {
      throw invalid('license_expired', 'This licence has run out.', {
        license_expiry: submission.licenseExpiresOn,
      });
    }
    const doctor = await this.#lock('userId', actor.userId);
    kycStates.assert(doctor.kycStatus, 'submitted');
    return this.#update(doctor.id, {
      ...license,
      kycStatus: 'submitted',
      kycDocuments: JSON.stringify(documents),
      kycSubmittedAt: this.clock.now(),
      kycReviewedAt: null,
      kycReviewedBy: null,
      kycRejectionReason: null,
    });
  }

  /** @throws not_found `doctor_not_found`; conflict `kyc_is_…` */
  @Transactional()
  async decide(actor: UserActor, decision: KycDecision): Promise<Doctor> {
    const doctor = await this.#lock('id', decision.doctorId);
    kycStates.assert(doctor.kycStatus, decision.status);
    const updated = await this.#update(doctor.id, {
      kycStatus: decision.status,
      kycReviewedAt: this.clock.now(),
      kycReviewedBy: actor.userId,
      kycRejectionReason: decision.status === 'rejected' ? decision.reason : null,
    });
    const event = decision.status === 'approved' ? DoctorApproved : DoctorRejected;
    await this.jobs.publish(event, { doctorId: doctor.id, userId: doctor.userId });
    await this.audit.record(actor, {
      action: `kyc.${decision.status}`,
      resource: 'doctor',
      resourceId: doctor.id,
      organizationId: doctor.organizationId,
    });
    return updated;
  }

  async #lock(column: 'id' | 'userId', value: string): Promise<Doctor> {
    const row = await this.database.query
      .selectFrom('doctors')
      .select(DOCTOR_COLUMNS)
      .where(column, '=', value)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw notFound('doctor');
    return asDoctor(row);
  }

  async #update(doctorId: string, changes: object): Promise<Doctor> {
    const row = await this.database.query
      .updateTable('doctors')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('id', '=', doctorId)
      .returning(DOCTOR_COLUMNS)
      .executeTakeFirstOrThrow();
    return asDoctor(row);
  }
}
