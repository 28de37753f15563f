import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { type Actor, Clock, notFound, type Role, type UserActor } from '#kernel';
import { Database, Jobs } from '#platform';
import { OwnerProof } from '../passwords/owner-proof.ts';
import { SessionsService } from '../sessions/sessions.service.ts';
import { accountInUse, lastAdmin } from './account.errors.ts';
import { ADMINISTRATORS_LOCK } from './account-administration.service.ts';
import { AccountErased } from './account-events.ts';
import { AccountParts } from './account-parts.ts';

export interface OwnErasure {
  /** Not needed by somebody who has just logged in. */
  readonly password?: string;
  readonly cancelOpenVisits: boolean;
}

export interface RequestedErasure {
  readonly userId: string;
  /** Why an administrator does it: who asked, and how. */
  readonly reason: string;
  readonly cancelOpenVisits: boolean;
}

/** What is of no use without the person. */
const FORGOTTEN = [
  'contactCodes',
  'idempotencyKeys',
  'identities',
  'identityVerifications',
  'loginChallenges',
  'passwordResets',
  'recoveryCodes',
  'secondFactors',
] as const;

/**
 * The end of an account. The person's data go, here in one transaction and in the other libraries by
 * AccountErased. What the law or other people need stays, and points at an empty place: health records,
 * the ledger, the audit trail.
 */
@Injectable()
export class AccountErasureService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
    private readonly sessions: SessionsService,
    private readonly proof: OwnerProof,
    private readonly parts: AccountParts,
  ) {}

  /**
   * Erases the actor's own account.
   * @throws forbidden `wrong_password`, `fresh_login_required`; conflict `account_in_use`, `last_admin`;
   *   not_found `user_not_found` when it has just been erased
   */
  async eraseOwn(actor: UserActor, { password, cancelOpenVisits }: OwnErasure): Promise<void> {
    await this.proof.assert(actor, password);
    await this.#erase(actor, { userId: actor.userId, cancelOpenVisits });
  }

  /**
   * An administrator erases an account because its owner asked for it.
   * @throws not_found `user_not_found`; conflict `account_in_use`, `last_admin`
   */
  async eraseFor(actor: UserActor, request: RequestedErasure): Promise<void> {
    await this.#erase(actor, request);
  }

  async #erase(
    actor: UserActor,
    { userId, reason, cancelOpenVisits }: { userId: string; reason?: string; cancelOpenVisits: boolean },
  ): Promise<void> {
    await this.database.transaction(async () => {
      const roles = await this.#lock(userId);
      const owner: UserActor = { ...actor, userId, roles };
      if (cancelOpenVisits) await this.parts.callOff(owner);
      const obstacles = await this.parts.obstacles(userId);
      if (obstacles.length > 0) throw accountInUse(obstacles);
      await this.#empty(userId);
      await this.jobs.publish(AccountErased, { userId });
      await this.#record(actor, userId, reason);
    });
  }

  /** Administrators are erased one after the other, so that the last one is seen to be the last. */
  async #lock(userId: string): Promise<Role[]> {
    await this.database.lock(ADMINISTRATORS_LOCK);
    const user = await this.database.query
      .selectFrom('users')
      .select(['roles', 'status'])
      .where('id', '=', userId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!user || user.status === 'erased') throw notFound('user');
    if (user.roles.includes('admin') && !(await this.#hasOtherAdmin(userId))) throw lastAdmin();
    return user.roles as Role[];
  }

  async #hasOtherAdmin(userId: string): Promise<boolean> {
    const other = await this.database.query
      .selectFrom('users')
      .select('id')
      .where((eb) => eb(eb.val('admin'), '=', eb.fn.any('roles')))
      .where('status', '=', 'active')
      .where('id', '<>', userId)
      .limit(1)
      .executeTakeFirst();
    return other !== undefined;
  }

  /** The row stays, since others point at it; nothing in it tells of the person. */
  async #empty(userId: string): Promise<void> {
    const now = this.clock.now();
    const db = this.database.query;
    // A password mail that was asked for and not written yet knows the address only.
    const email = db.selectFrom('users').select('email').where('id', '=', userId);
    await db.deleteFrom('passwordResets').where('email', '=', email).execute();
    await db
      .updateTable('users')
      .set({
        email: `${userId}@erased.invalid`,
        passwordHash: null,
        firstName: 'Erased',
        lastName: 'account',
        phone: null,
        phoneVerifiedAt: null,
        timeZone: 'UTC',
        language: 'en',
        status: 'erased',
        disabledReason: null,
        emailVerifiedAt: null,
        secondFactorSince: null,
        lastLoginAt: null,
        identityStatus: 'unsubmitted',
        updatedAt: now,
      })
      .where('id', '=', userId)
      .execute();
    await this.sessions.endAll(userId, 'erasure');
    const ofUser = db.selectFrom('sessions').select('id').where('userId', '=', userId);
    await db.deleteFrom('refreshTokens').where('sessionId', 'in', ofUser).execute();
    await db
      .updateTable('sessions')
      .set({ userAgent: null, address: null })
      .where('userId', '=', userId)
      .execute();
    const attempts = db.selectFrom('identityVerifications').select('id').where('userId', '=', userId);
    await db.deleteFrom('identityFiles').where('verificationId', 'in', attempts).execute();
    for (const table of FORGOTTEN) await db.deleteFrom(table).where('userId', '=', userId).execute();
  }

  async #record(actor: Actor, userId: string, reason: string | undefined): Promise<void> {
    await this.audit.record(actor, {
      action: 'account.erase',
      resource: 'user',
      resourceId: userId,
      reason,
    });
  }
}
