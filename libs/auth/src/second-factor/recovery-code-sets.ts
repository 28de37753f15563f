import { Injectable } from '@nestjs/common';
import { Database } from '#platform';
import { DerivedSecrets } from '../derived-secrets.ts';
import { newRecoveryCodes, normalizedRecoveryCode } from './recovery-codes.ts';

/** The recovery codes of each user, of which the server keeps hashes. */
@Injectable()
export class RecoveryCodeSets {
  constructor(
    private readonly database: Database,
    private readonly secrets: DerivedSecrets,
  ) {}

  /** A new set in place of the old one, in the caller's transaction. This is the only time that it is seen. */
  async renew(userId: string): Promise<string[]> {
    await this.remove(userId);
    const codes = newRecoveryCodes();
    await this.database.query
      .insertInto('recoveryCodes')
      .values(codes.map((code) => ({ userId, codeHash: this.secrets.hash(normalizedRecoveryCode(code)) })))
      .execute();
    return codes;
  }

  async remove(userId: string): Promise<void> {
    await this.database.query.deleteFrom('recoveryCodes').where('userId', '=', userId).execute();
  }

  async left(userId: string): Promise<number> {
    const { left } = await this.database.query
      .selectFrom('recoveryCodes')
      .select(({ fn }) => fn.countAll<number>().as('left'))
      .where('userId', '=', userId)
      .where('usedAt', 'is', null)
      .executeTakeFirstOrThrow();
    return left;
  }
}
