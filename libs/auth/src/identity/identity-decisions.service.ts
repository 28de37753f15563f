import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type FileLink, FilesService } from '#files';
import { notFound, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { containing, Database, given, Jobs, pageOf, within } from '#platform';
import type {
  IdentitySide,
  IdentityStatus,
  ListedVerification,
  ShownVerification,
} from './identity-verification.entity.ts';
import { ownIdentity } from './identity-verification.errors.ts';
import { IdentityRejected, IdentityVerified } from './identity-verification.events.ts';
import { identityStates } from './identity-verification.states.ts';
import { IdentityVerificationReader } from './identity-verification-reader.ts';
import { IdentityVerificationsService } from './identity-verifications.service.ts';

export interface IdentityFilter {
  readonly status?: IdentityStatus;
  /** Matches the person's name and e-mail address. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: { readonly by: 'createdAt' | 'submittedAt' | 'updatedAt'; readonly descending: boolean };
}

export type IdentityDecision =
  | { readonly status: 'approved' }
  | { readonly status: 'rejected'; readonly reason: string };

/** Administrators look at papers and decide. */
@Injectable()
export class IdentityDecisionsService {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly files: FilesService,
    private readonly reader: IdentityVerificationReader,
    private readonly verifications: IdentityVerificationsService,
  ) {}

  /** Attempts of everybody, the longest waiting first unless asked otherwise. */
  async list(
    _actor: UserActor,
    filter: IdentityFilter,
    page: PageRequest,
  ): Promise<Page<ListedVerification>> {
    const { status, search, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: false };
    const found = await pageOf(
      this.#withPerson()
        .where((eb) =>
          eb.and(
            given([
              status && eb('verification.status', '=', status),
              search &&
                sql<boolean>`person.first_name || ' ' || person.last_name || ' ' || person.email ilike ${containing(search)}`,
              ...within('verification.createdAt', created),
              ...within('verification.updatedAt', updated),
            ]),
          ),
        )
        .orderBy(`verification.${by}`, descending ? 'desc' : 'asc')
        .orderBy('verification.id'),
      page,
    );
    const items = await this.reader.withFiles(found.items);
    return { ...found, items: items.map(asListed) };
  }

  /** An attempt with links to its papers. @throws not_found `identity_verification_not_found` */
  async show(actor: UserActor, id: string): Promise<ShownVerification> {
    const verification = await this.#byId(id);
    const links = new Map<IdentitySide, FileLink>();
    for (const { side, file } of verification.files) {
      if (file.status !== 'available' || file.discardedAt) continue;
      links.set(side, await this.files.link(file.id, `${verification.documentType}-${side}`));
    }
    await this.verifications.record(actor, id, 'read');
    return { verification, links };
  }

  /**
   * @throws not_found `identity_verification_not_found`; forbidden `own_identity`; conflict
   *   `identity_verification_is_…`
   */
  async decide(actor: UserActor, id: string, decision: IdentityDecision): Promise<ListedVerification> {
    await this.database.transaction(async () => {
      const { userId } = await this.#byId(id);
      if (userId === actor.userId) throw ownIdentity();
      await this.verifications.lockPerson(userId);
      const { status } = await this.reader.locked(id);
      identityStates.assert(status, decision.status);
      await this.verifications.move(id, userId, decision.status, {
        decidedBy: actor.userId,
        ...(decision.status === 'rejected' && { rejection: 'declined', rejectionReason: decision.reason }),
      });
      const event = decision.status === 'approved' ? IdentityVerified : IdentityRejected;
      await this.jobs.publish(event, { verificationId: id, userId });
      await this.verifications.record(actor, id, decision.status);
    });
    return this.#byId(id);
  }

  async #byId(id: string): Promise<ListedVerification> {
    const [row] = await this.#withPerson().where('verification.id', '=', id).execute();
    const [verification] = await this.reader.withFiles(row ? [row] : []);
    if (!verification) throw notFound('identity_verification');
    return asListed(verification);
  }

  #withPerson() {
    return this.reader
      .all()
      .innerJoin('users as person', 'person.id', 'verification.userId')
      .select(['person.firstName', 'person.lastName', 'person.email']);
  }
}

function asListed<Row extends { userId: string; firstName: string; lastName: string; email: string }>({
  firstName,
  lastName,
  email,
  ...verification
}: Row) {
  return { ...verification, person: { id: verification.userId, name: `${firstName} ${lastName}`, email } };
}
