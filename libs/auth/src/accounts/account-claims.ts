import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database } from '#platform';

/**
 * Anybody can register with an address that nobody has checked and wait for its owner. So whoever proves
 * that an address is theirs gets the account alone (Sudhodanan and Paverd, "Pre-hijacked accounts", USENIX
 * Security 2022; docs/decisions/0008-linking-a-cognito-identity.md).
 */
@Injectable()
export class AccountClaims {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The owner of the account's address is here. If nobody had proved it before, the second factor and the
   * verified phone go; the password and the sessions are the caller's to replace.
   * @returns whether nobody had.
   */
  async proveEmail(userId: string): Promise<boolean> {
    const now = this.clock.now();
    const claimed = await this.database.query
      .updateTable('users')
      .set({ emailVerifiedAt: now, phoneVerifiedAt: null, secondFactorSince: null, updatedAt: now })
      .where('id', '=', userId)
      .where('emailVerifiedAt', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (!claimed) return false;
    await this.database.query.deleteFrom('secondFactors').where('userId', '=', userId).execute();
    await this.database.query.deleteFrom('recoveryCodes').where('userId', '=', userId).execute();
    return true;
  }
}
