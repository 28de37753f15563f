import { Injectable } from '@nestjs/common';
import { verifySync } from 'otplib';
import { Clock, type DomainError } from '#kernel';
import { Database, FieldCipher } from '#platform';
import { tooManyGuesses } from '../auth.errors.ts';
import { DerivedSecrets } from '../derived-secrets.ts';
import { normalizedRecoveryCode } from './recovery-codes.ts';

/** The clock of a phone may be this much off: one time step (RFC 6238, section 5.2). */
const TOLERANCE_SECONDS = 30;
const TOTP = /^\d{6}$/;
/** With three codes right at any time, this many guesses an hour take years to hit. */
const FAILURES_PER_HOUR = 20;

interface Factor {
  readonly secret: Uint8Array;
  readonly lastStep: number;
  readonly failures: number;
  readonly failingSince: Temporal.Instant | null;
}

/** Where the secret stands, for the cipher. */
export const secretPlace = (userId: string) => `second_factors:${userId}`;

/** Tells right codes from wrong ones, each only once, and counts the wrong ones over all doors. */
@Injectable()
export class SecondFactorCodes {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly cipher: FieldCipher,
    private readonly secrets: DerivedSecrets,
  ) {}

  /**
   * Called in a transaction that is committed whatever the verdict, so that a wrong code counts; others who
   * try a code of the same user wait for its end.
   * @param code six digits of the authenticator, or a recovery code
   * @returns the error to throw where no more codes are judged for a while.
   */
  async judge(userId: string, code: string): Promise<'right' | 'wrong' | DomainError> {
    const now = this.clock.now();
    const factor = await this.database.query
      .selectFrom('secondFactors')
      .select(['secret', 'lastStep', 'failures', 'failingSince'])
      .where('userId', '=', userId)
      .forUpdate()
      .executeTakeFirst();
    if (!factor) return 'wrong';
    const until = factor.failingSince?.add({ hours: 1 });
    const counting = until !== undefined && Temporal.Instant.compare(until, now) > 0;
    if (counting && factor.failures >= FAILURES_PER_HOUR) return tooManyGuesses(now.until(until));
    const right = TOTP.test(code)
      ? await this.#takeStep(userId, factor, code)
      : await this.#takeRecoveryCode(userId, code);
    if (right) return 'right';
    await this.database.query
      .updateTable('secondFactors')
      .set(counting ? (eb) => ({ failures: eb('failures', '+', 1) }) : { failures: 1, failingSince: now })
      .where('userId', '=', userId)
      .execute();
    return 'wrong';
  }

  async #takeStep(userId: string, { secret, lastStep }: Factor, code: string): Promise<boolean> {
    const result = verifySync({
      secret: this.cipher.decrypt(secret, secretPlace(userId)),
      token: code,
      epoch: Math.floor(this.clock.now().epochMilliseconds / 1000),
      epochTolerance: TOLERANCE_SECONDS,
      afterTimeStep: lastStep,
    });
    if (!result.valid || !('timeStep' in result)) return false;
    await this.database.query
      .updateTable('secondFactors')
      .set({ lastStep: result.timeStep })
      .where('userId', '=', userId)
      .execute();
    return true;
  }

  async #takeRecoveryCode(userId: string, code: string): Promise<boolean> {
    const { numUpdatedRows } = await this.database.query
      .updateTable('recoveryCodes')
      .set({ usedAt: this.clock.now() })
      .where('userId', '=', userId)
      .where('codeHash', '=', this.secrets.hash(normalizedRecoveryCode(code)))
      .where('usedAt', 'is', null)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }
}
