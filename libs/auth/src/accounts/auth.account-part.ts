import { AuditService } from '#audit';
import { FilesService } from '#files';
import { systemActor } from '#kernel';
import { Database } from '#platform';
import { type AccountPart, KeepsOfAccount } from './account-part.ts';
import { USER_COLUMNS } from './user.entity.ts';

/** How many of the newest acts an export tells; an administrator's are without end. */
const ACTS = 10_000;

@KeepsOfAccount('account')
export class AuthAccountPart implements AccountPart {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly files: FilesService,
  ) {}

  async export(userId: string): Promise<Record<string, unknown>> {
    const db = this.database.query;
    const acts = await this.audit.list(systemActor(''), { actorUserId: userId }, { page: 1, pageSize: ACTS });
    return {
      profile: await db
        .selectFrom('users')
        .select(USER_COLUMNS)
        .where('id', '=', userId)
        .executeTakeFirstOrThrow(),
      identities: await db
        .selectFrom('identities')
        .select(['issuer', 'subject', 'unlinkedAt', 'createdAt'])
        .where('userId', '=', userId)
        .execute(),
      sessions: await db
        .selectFrom('sessions')
        .select([
          'id',
          'origin',
          'userAgent',
          'address',
          'createdAt',
          'lastUsedAt',
          'expiresAt',
          'revokedAt',
          'revokedBecause',
        ])
        .where('userId', '=', userId)
        .orderBy('createdAt')
        .execute(),
      codesSent: await db
        .selectFrom('contactCodes')
        .select(['channel', 'recipient', 'createdAt'])
        .where('userId', '=', userId)
        .orderBy('createdAt')
        .execute(),
      identityVerifications: await db
        .selectFrom('identityVerifications')
        .select([
          'id',
          'status',
          'documentType',
          'country',
          'documentExpiresOn',
          'rejection',
          'rejectionReason',
          'submittedAt',
          'decidedAt',
          'createdAt',
        ])
        .where('userId', '=', userId)
        .orderBy('createdAt')
        .execute(),
      files: await this.files.ofOwner(userId),
      /** What one did oneself, newest first. */
      acts: acts.items,
    };
  }
}
