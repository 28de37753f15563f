import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Actor, Clock, newId } from '#kernel';
import { Database, Jobs, Transactional } from '#platform';
import { AccountClaims } from '../accounts/account-claims.ts';
import { resetLinkVoid } from '../auth.errors.ts';
import { DerivedSecrets } from '../derived-secrets.ts';
import { AnswerPasswordReset } from '../queues.ts';
import { SessionsService } from '../sessions/sessions.service.ts';
import { PasswordsService } from './passwords.service.ts';

/** How long the link in the mail works. */
export const RESET_MINUTES = 30;

/** A new password for who forgot the old one, with a link that is mailed. */
@Injectable()
export class PasswordResetsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly claims: AccountClaims,
    private readonly passwords: PasswordsService,
    private readonly sessions: SessionsService,
    private readonly secrets: DerivedSecrets,
  ) {}

  /** Has a link mailed to the address, if it is somebody's. It takes the same time if it is nobody's. */
  @Transactional()
  async request(_actor: Actor, email: string): Promise<void> {
    const id = newId();
    const createdAt = this.clock.now();
    await this.database.query
      .insertInto('passwordResets')
      .values({ id, email, createdAt, expiresAt: createdAt.add({ minutes: RESET_MINUTES }) })
      .execute();
    await this.jobs.send(AnswerPasswordReset, { resetId: id });
  }

  /**
   * Sets a password with the newest link that was mailed. All sessions end; since the link proves that the
   * address is theirs, so does what a stranger may have set up who registered with it.
   * @throws gone `reset_link_void`; invalid `password_too_weak`, which leaves the link as it was
   */
  @Transactional()
  async complete(actor: Actor, token: string, password: string): Promise<void> {
    const userId = await this.#redeem(token);
    await this.claims.proveEmail(userId);
    await this.passwords.set(actor, userId, password, 'account.reset_password');
    await this.sessions.endAll(userId, 'password_change');
  }

  async #redeem(token: string): Promise<string> {
    const now = this.clock.now();
    const id = this.secrets.idOf(token);
    if (id === null) throw resetLinkVoid();
    const reset = await this.database.query
      .updateTable('passwordResets as reset')
      .from('users as user')
      .set({ closedAt: now })
      .whereRef('user.id', '=', 'reset.userId')
      .where('user.status', '=', 'active')
      .where('reset.id', '=', id)
      .where('reset.closedAt', 'is', null)
      .where('reset.expiresAt', '>', now)
      .where(
        sql<boolean>`not exists (select from password_resets newer
          where newer.user_id = reset.user_id and newer.id > reset.id)`,
      )
      .returning('reset.userId')
      .executeTakeFirst();
    if (!reset?.userId) throw resetLinkVoid();
    return reset.userId;
  }
}
