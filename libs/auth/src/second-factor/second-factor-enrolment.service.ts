import { Injectable } from '@nestjs/common';
import { generateSecret, generateURI } from 'otplib';
import { Clock, type DomainError, type UserActor } from '#kernel';
import { Database, FieldCipher, Transactional } from '#platform';
import { codeWrong, passwordNotSet, secondFactorEnabled, secondFactorNotBegun } from '../auth.errors.ts';
import { SecurityTrail } from '../security-trail.ts';
import { SessionsService } from '../sessions/sessions.service.ts';
import { RecoveryCodeSets } from './recovery-code-sets.ts';
import { SecondFactorCodes, secretPlace } from './second-factor-codes.ts';

/** The name that an authenticator shows. */
const ISSUER = 'Televisit';

/** What an authenticator is set up with; shown once. */
export interface Enrolment {
  /** Base32. */
  readonly secret: string;
  /** `otpauth://…`, for a QR code. */
  readonly uri: string;
}

/** Setting up an authenticator (TOTP, RFC 6238). */
@Injectable()
export class SecondFactorEnrolmentService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly cipher: FieldCipher,
    private readonly codes: SecondFactorCodes,
    private readonly recoveryCodes: RecoveryCodeSets,
    private readonly sessions: SessionsService,
    private readonly trail: SecurityTrail,
  ) {}

  /**
   * Makes a secret, in place of one that was never confirmed.
   * @throws conflict `second_factor_enabled`, `password_not_set`
   */
  @Transactional()
  async begin(actor: UserActor): Promise<Enrolment> {
    const { userId } = actor;
    const { email } = await this.#withoutFactor(userId);
    const secret = generateSecret();
    const fresh = {
      secret: this.cipher.encrypt(secret, secretPlace(userId)),
      lastStep: 0,
      failures: 0,
      failingSince: null,
      createdAt: this.clock.now(),
    };
    await this.database.query
      .insertInto('secondFactors')
      .values({ userId, ...fresh })
      .onConflict((conflict) => conflict.column('userId').doUpdateSet(fresh))
      .execute();
    return { secret, uri: generateURI({ issuer: ISSUER, label: email, secret }) };
  }

  /**
   * Turns the second factor on with a code that shows that the authenticator has the secret. The other
   * sessions end: they were opened without it.
   * @returns the recovery codes, which are not shown again.
   * @throws invalid `code_wrong`; conflict `second_factor_enabled`, `second_factor_not_begun`; rate_limited
   *   `too_many_guesses`
   */
  async confirm(actor: UserActor, code: string): Promise<readonly string[]> {
    // A wrong code is reported only after it has been counted for good.
    const outcome = await this.judge(actor, code);
    if ('failure' in outcome) throw outcome.failure;
    return outcome.recoveryCodes;
  }

  @Transactional()
  private async judge(
    actor: UserActor,
    code: string,
  ): Promise<{ recoveryCodes: readonly string[] } | { failure: DomainError }> {
    const { userId } = actor;
    await this.#withoutFactor(userId);
    if (!(await this.#begun(userId))) return { failure: secondFactorNotBegun() };
    const verdict = await this.codes.judge(userId, code);
    if (verdict !== 'right') return { failure: verdict === 'wrong' ? codeWrong() : verdict };
    const now = this.clock.now();
    await this.database.query
      .updateTable('users')
      .set({ secondFactorSince: now, updatedAt: now })
      .where('id', '=', userId)
      .execute();
    await this.sessions.endOthers(actor, 'second_factor');
    await this.trail.record(actor, userId, 'account.enable_second_factor', 'second_factor_enabled');
    return { recoveryCodes: await this.recoveryCodes.renew(userId) };
  }

  /** The account, which nobody else gives or takes the factor until the transaction ends. */
  async #withoutFactor(userId: string): Promise<{ email: string }> {
    const user = await this.database.query
      .selectFrom('users')
      .select(['email', 'passwordHash', 'secondFactorSince'])
      .where('id', '=', userId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (user.secondFactorSince) throw secondFactorEnabled();
    if (user.passwordHash === null) throw passwordNotSet();
    return user;
  }

  async #begun(userId: string): Promise<boolean> {
    const factor = await this.database.query
      .selectFrom('secondFactors')
      .select('userId')
      .where('userId', '=', userId)
      .executeTakeFirst();
    return factor !== undefined;
  }
}
