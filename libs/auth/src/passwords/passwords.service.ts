import { Injectable } from '@nestjs/common';
import { type Actor, Clock, type UserActor } from '#kernel';
import { Database, Transactional } from '#platform';
import { wrongPassword } from '../accounts/account.errors.ts';
import { passwordNotSet } from '../auth.errors.ts';
import { SecurityTrail } from '../security-trail.ts';
import { SessionsService } from '../sessions/sessions.service.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { requireStrong } from './password-strength.ts';

@Injectable()
export class PasswordsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly sessions: SessionsService,
    private readonly trail: SecurityTrail,
  ) {}

  /**
   * Sets a password with the old one; every other session ends.
   * @throws forbidden `wrong_password`; invalid `password_too_weak`; conflict `password_not_set`
   */
  async change(actor: UserActor, current: string, password: string): Promise<void> {
    await this.require(actor, current);
    await this.replace(actor, password);
  }

  /**
   * Asks somebody who is logged in for the password again, before a change of the account's keys.
   * @throws forbidden `wrong_password`; conflict `password_not_set`
   */
  async require(actor: UserActor, password: string): Promise<void> {
    const { passwordHash } = await this.database.query
      .selectFrom('users')
      .select('passwordHash')
      .where('id', '=', actor.userId)
      .executeTakeFirstOrThrow();
    if (passwordHash === null) throw passwordNotSet();
    if (!(await verifyPassword(password, passwordHash))) throw wrongPassword();
  }

  /**
   * Sets a password for somebody who has proved that they may, in the caller's transaction. Links for a new
   * password that wait in the mailbox are void.
   * @param action what the audit trail calls it
   * @throws invalid `password_too_weak`
   */
  async set(actor: Actor, userId: string, password: string, action: string): Promise<void> {
    const now = this.clock.now();
    const owner = await this.database.query
      .selectFrom('users')
      .select(['email', 'firstName', 'lastName'])
      .where('id', '=', userId)
      .executeTakeFirstOrThrow();
    requireStrong(password, owner);
    await this.database.query
      .updateTable('users')
      .set({ passwordHash: await hashPassword(password), updatedAt: now })
      .where('id', '=', userId)
      .execute();
    await this.database.query
      .updateTable('passwordResets')
      .set({ closedAt: now })
      .where('userId', '=', userId)
      .where('closedAt', 'is', null)
      .execute();
    await this.trail.record(actor, userId, action, 'password_changed');
  }

  @Transactional()
  private async replace(actor: UserActor, password: string): Promise<void> {
    await this.set(actor, actor.userId, password, 'account.change_password');
    await this.sessions.endOthers(actor, 'password_change');
  }
}
