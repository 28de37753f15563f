import { Injectable } from '@nestjs/common';
import { Clock, type UserActor } from '#kernel';
import { Database } from '#platform';
import { freshLoginRequired, wrongPassword } from '../accounts/account.errors.ts';
import { verifyPassword } from './password.ts';

/** Who has logged in this recently has shown who they are. */
const FRESH_MINUTES = 10;

/** For what a session that was left open must not be enough for. */
@Injectable()
export class OwnerProof {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * That the actor is the owner of the account: by its password, or by a login of the last ten minutes.
   * @throws forbidden `wrong_password`, `fresh_login_required`
   */
  async assert({ userId, sessionId }: UserActor, password: string | undefined): Promise<void> {
    if (password !== undefined) {
      const { passwordHash } = await this.database.query
        .selectFrom('users')
        .select('passwordHash')
        .where('id', '=', userId)
        .executeTakeFirstOrThrow();
      if (!(await verifyPassword(password, passwordHash))) throw wrongPassword();
      return;
    }
    const fresh =
      sessionId !== undefined &&
      (await this.database.query
        .selectFrom('sessions')
        .select('id')
        .where('id', '=', sessionId)
        .where('createdAt', '>', this.clock.now().subtract({ minutes: FRESH_MINUTES }))
        .executeTakeFirst());
    if (!fresh) throw freshLoginRequired();
  }
}
