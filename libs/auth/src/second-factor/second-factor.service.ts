import { Injectable } from '@nestjs/common';
import { Clock, type UserActor } from '#kernel';
import { Database } from '#platform';
import { codeWrong, secondFactorNotEnabled } from '../auth.errors.ts';
import { PasswordsService } from '../passwords/passwords.service.ts';
import { SecurityTrail } from '../security-trail.ts';
import { RecoveryCodeSets } from './recovery-code-sets.ts';
import { SecondFactorCodes } from './second-factor-codes.ts';

export interface SecondFactor {
  /** Since when a login needs it; `null` where it is off. */
  readonly since: Temporal.Instant | null;
  readonly recoveryCodesLeft: number;
}

/** What changes an account's keys asks for both of them again, so that a borrowed session is not enough. */
export interface BothKeys {
  readonly password: string;
  /** Six digits of the authenticator, or a recovery code. */
  readonly code: string;
}

/** The second factor of an account that has it. */
@Injectable()
export class SecondFactorService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly passwords: PasswordsService,
    private readonly codes: SecondFactorCodes,
    private readonly recoveryCodes: RecoveryCodeSets,
    private readonly trail: SecurityTrail,
  ) {}

  async get(actor: UserActor): Promise<SecondFactor> {
    const since = await this.#since(actor);
    return { since, recoveryCodesLeft: since ? await this.recoveryCodes.left(actor.userId) : 0 };
  }

  /**
   * Turns it off.
   * @throws conflict `second_factor_not_enabled`; forbidden `wrong_password`; invalid `code_wrong`; rate_limited
   *   `too_many_guesses`
   */
  async disable(actor: UserActor, keys: BothKeys): Promise<void> {
    await this.#withBothKeys(actor, keys, async () => {
      const { userId } = actor;
      await this.database.query
        .updateTable('users')
        .set({ secondFactorSince: null, updatedAt: this.clock.now() })
        .where('id', '=', userId)
        .execute();
      await this.database.query.deleteFrom('secondFactors').where('userId', '=', userId).execute();
      await this.recoveryCodes.remove(userId);
      await this.trail.record(actor, userId, 'account.disable_second_factor', 'second_factor_disabled');
    });
  }

  /**
   * A new set of recovery codes; the old ones stop working.
   * @throws what `disable` throws
   */
  async renewRecoveryCodes(actor: UserActor, keys: BothKeys): Promise<readonly string[]> {
    return this.#withBothKeys(actor, keys, async () => {
      await this.trail.record(actor, actor.userId, 'account.renew_recovery_codes');
      return this.recoveryCodes.renew(actor.userId);
    });
  }

  async #withBothKeys<T>(actor: UserActor, { password, code }: BothKeys, work: () => Promise<T>): Promise<T> {
    await this.passwords.require(actor, password);
    // A wrong code is reported only after it has been counted for good.
    const outcome = await this.database.transaction(async () => {
      if (!(await this.#since(actor))) return { failure: secondFactorNotEnabled() };
      const verdict = await this.codes.judge(actor.userId, code);
      if (verdict !== 'right') return { failure: verdict === 'wrong' ? codeWrong() : verdict };
      return { result: await work() };
    });
    if ('failure' in outcome) throw outcome.failure;
    return outcome.result;
  }

  async #since(actor: UserActor): Promise<Temporal.Instant | null> {
    const { secondFactorSince } = await this.database.query
      .selectFrom('users')
      .select('secondFactorSince')
      .where('id', '=', actor.userId)
      .executeTakeFirstOrThrow();
    return secondFactorSince;
  }
}
