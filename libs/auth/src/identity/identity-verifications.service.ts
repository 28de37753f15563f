import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { FilesService } from '#files';
import { type Actor, Clock, newId, notFound, type UserActor } from '#kernel';
import { Database, Jobs, Transactional } from '#platform';
import type {
  BegunVerification,
  IdentityDocument,
  IdentitySide,
  IdentityStatus,
  IdentityVerification,
  OwnIdentity,
} from './identity-verification.entity.ts';
import { documentExpired, identitySides } from './identity-verification.errors.ts';
import { IdentityRejected } from './identity-verification.events.ts';
import { identityStates } from './identity-verification.states.ts';
import { IdentityVerificationReader } from './identity-verification-reader.ts';

/** What a person says of the papers that they are going to upload. */
export interface IdentityPapers {
  readonly documentType: IdentityDocument;
  /** ISO 3166-1 alpha-2: who issued it. */
  readonly country: string;
  readonly documentExpiresOn?: string;
  readonly files: readonly {
    readonly side: IdentitySide;
    readonly contentType: string;
    readonly sizeBytes: number;
  }[];
}

/** What a document must be seen from; a selfie with it is welcome. */
const REQUIRED: Readonly<Record<IdentityDocument, readonly IdentitySide[]>> = {
  passport: ['front'],
  national_id: ['front', 'back'],
  driving_licence: ['front', 'back'],
};

/** A person shows who they are: from the announcement of papers until they wait for a decision. */
@Injectable()
export class IdentityVerificationsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly files: FilesService,
    private readonly audit: AuditService,
    private readonly reader: IdentityVerificationReader,
  ) {}

  async own(actor: UserActor): Promise<OwnIdentity> {
    const [{ identityStatus }, verification] = await Promise.all([
      this.database.query
        .selectFrom('users')
        .select('identityStatus')
        .where('id', '=', actor.userId)
        .executeTakeFirstOrThrow(),
      this.reader.latestOf(actor.userId),
    ]);
    return { status: identityStatus, verification };
  }

  /**
   * Begins an attempt, in the place of one whose files have not come.
   * @throws invalid `identity_sides`, `document_expired`, `file_type_not_allowed`; too_large `file_too_large`;
   *   conflict `identity_verification_is_…`
   */
  @Transactional()
  async begin(actor: UserActor, papers: IdentityPapers): Promise<BegunVerification> {
    this.#assertComplete(papers);
    const { userId } = actor;
    const now = this.clock.now();
    const status = await this.lockPerson(userId);
    identityStates.assert(status, 'pending_upload');
    const { documentType, country, documentExpiresOn = null } = papers;
    if (status === 'pending_upload') await this.#replaceOpen(userId);
    const id = newId();
    await this.database.query
      .insertInto('identityVerifications')
      .values({
        id,
        userId,
        status: 'pending_upload',
        documentType,
        country,
        documentExpiresOn,
        createdAt: now,
        updatedAt: now,
      })
      .execute();
    const uploads = [];
    for (const { side, ...announced } of papers.files) {
      const ticket = await this.files.open(actor, { purpose: 'identity', ...announced });
      await this.database.query
        .insertInto('identityFiles')
        .values({ verificationId: id, side, fileId: ticket.fileId })
        .execute();
      uploads.push({ side, ticket });
    }
    await this.#setStatus(userId, 'pending_upload');
    await this.record(actor, id, 'begin');
    return { verification: await this.reader.byId(id), uploads };
  }

  /** A file was checked: with the last one the attempt is complete, with a bad one it is over. */
  @Transactional()
  async fileChecked(fileId: string): Promise<void> {
    const id = await this.reader.idOfFile(fileId);
    if (!id) return;
    const { userId } = await this.reader.byId(id);
    await this.lockPerson(userId);
    const { status, files } = await this.reader.locked(id);
    if (status !== 'pending_upload') return;
    const faulty = files.find(({ file }) => file.status === 'rejected');
    if (faulty) {
      const rejectionReason = `${faulty.side}: ${faulty.file.rejection}`;
      await this.move(id, userId, 'rejected', { rejection: 'file_rejected', rejectionReason });
      await this.jobs.publish(IdentityRejected, { verificationId: id, userId });
    } else if (files.every(({ file }) => file.status === 'available')) {
      await this.move(id, userId, 'submitted', { submittedAt: this.clock.now() });
    }
  }

  /** Where the person stands; nobody else changes it before the transaction ends. */
  async lockPerson(userId: string): Promise<IdentityStatus> {
    const user = await this.database.query
      .selectFrom('users')
      .select('identityStatus')
      .where('id', '=', userId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!user) throw notFound('user');
    return user.identityStatus;
  }

  /** Moves an attempt on, and its person with it; both are locked. */
  async move(
    id: string,
    userId: string,
    status: IdentityStatus,
    changes: Partial<Omit<IdentityVerification, 'files'>>,
  ): Promise<void> {
    const now = this.clock.now();
    const isDecision = status === 'approved' || status === 'rejected';
    await this.database.query
      .updateTable('identityVerifications')
      .set({ ...changes, status, ...(isDecision && { decidedAt: now }), updatedAt: now })
      .where('id', '=', id)
      .execute();
    await this.#setStatus(userId, status);
  }

  async record(actor: Actor, id: string, verb: string, reason?: string): Promise<void> {
    await this.audit.record(actor, {
      action: `identity_verification.${verb}`,
      resource: 'identity_verification',
      resourceId: id,
      reason,
    });
  }

  async #replaceOpen(userId: string): Promise<void> {
    const now = this.clock.now();
    await this.database.query
      .updateTable('identityVerifications')
      .set({ status: 'rejected', rejection: 'replaced', decidedAt: now, updatedAt: now })
      .where('userId', '=', userId)
      .where('status', '=', 'pending_upload')
      .execute();
  }

  async #setStatus(userId: string, identityStatus: IdentityStatus): Promise<void> {
    await this.database.query
      .updateTable('users')
      .set({ identityStatus, updatedAt: this.clock.now() })
      .where('id', '=', userId)
      .execute();
  }

  #assertComplete({ documentType, documentExpiresOn, files }: IdentityPapers): void {
    const required = REQUIRED[documentType];
    const sides = new Set(files.map(({ side }) => side));
    if (sides.size < files.length || required.some((side) => !sides.has(side))) throw identitySides(required);
    const today = this.clock.now().toZonedDateTimeISO('UTC').toPlainDate().toString();
    if (documentExpiresOn !== undefined && documentExpiresOn < today)
      throw documentExpired(documentExpiresOn);
  }
}
