import { Injectable } from '@nestjs/common';
import { type Actor, Clock, type DomainError } from '#kernel';
import { Database, Transactional } from '#platform';
import { accountDisabled, challengeEnded, codeWrong, wrongCredentials } from '../auth.errors.ts';
import { SecondFactorCodes } from '../second-factor/second-factor-codes.ts';
import { hashToken, newToken } from '../sessions/random-token.ts';
import { SessionsService, type TokenPair } from '../sessions/sessions.service.ts';
import { verifyPassword } from './password.ts';

/** How long a login waits for the second factor. */
const CHALLENGE_SECONDS = 300;
const CHALLENGE_ATTEMPTS = 5;

export interface OpenedLogin extends TokenPair {
  readonly userId: string;
}

/** The password was right, and the second factor is still owed. */
export interface LoginChallenge {
  readonly challengeToken: string;
  /** In seconds. */
  readonly expiresIn: number;
}

/** Logging in with a password and, where the account has one, the second factor. */
@Injectable()
export class PasswordLoginsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly sessions: SessionsService,
    private readonly codes: SecondFactorCodes,
  ) {}

  /** @throws unauthenticated `wrong_credentials`; forbidden `account_disabled` */
  async begin(
    actor: Actor,
    credentials: { email: string; password: string },
    userAgent?: string,
  ): Promise<OpenedLogin | LoginChallenge> {
    const user = await this.database.query
      .selectFrom('users')
      .select(['id', 'passwordHash', 'status', 'secondFactorSince'])
      .where('email', '=', credentials.email)
      .executeTakeFirst();
    const right = await verifyPassword(credentials.password, user?.passwordHash ?? null);
    if (!user || !right) throw wrongCredentials();
    if (user.status !== 'active') throw accountDisabled();
    return user.secondFactorSince ? this.#challenge(user.id) : this.#open(actor, user.id, userAgent);
  }

  /**
   * Trades a challenge and a code of the authenticator, or a recovery code, for a session.
   * @throws unauthenticated `challenge_ended`; invalid `code_wrong`; rate_limited `too_many_guesses`;
   *   forbidden `account_disabled`
   */
  async complete(
    actor: Actor,
    { challengeToken, code }: { challengeToken: string; code: string },
    userAgent?: string,
  ): Promise<OpenedLogin> {
    // A wrong code is reported only after it has been counted for good.
    const outcome = await this.judge(actor, challengeToken, code, userAgent);
    if ('failure' in outcome) throw outcome.failure;
    return outcome.login;
  }

  async #challenge(userId: string): Promise<LoginChallenge> {
    const challengeToken = newToken();
    const createdAt = this.clock.now();
    await this.database.query
      .insertInto('loginChallenges')
      .values({
        tokenHash: hashToken(challengeToken),
        userId,
        createdAt,
        expiresAt: createdAt.add({ seconds: CHALLENGE_SECONDS }),
      })
      .execute();
    return { challengeToken, expiresIn: CHALLENGE_SECONDS };
  }

  @Transactional()
  private async judge(
    actor: Actor,
    challengeToken: string,
    code: string,
    userAgent?: string,
  ): Promise<{ login: OpenedLogin } | { failure: DomainError }> {
    const now = this.clock.now();
    const tokenHash = hashToken(challengeToken);
    const challenge = await this.database.query
      .updateTable('loginChallenges')
      .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
      .where('tokenHash', '=', tokenHash)
      .where('closedAt', 'is', null)
      .where('expiresAt', '>', now)
      .where('attempts', '<', CHALLENGE_ATTEMPTS)
      .returning(['userId', 'attempts'])
      .executeTakeFirst();
    if (!challenge) return { failure: challengeEnded() };
    const { userId, attempts } = challenge;
    const verdict = await this.codes.judge(userId, code);
    if (verdict === 'wrong') return { failure: codeWrong(CHALLENGE_ATTEMPTS - attempts) };
    if (verdict !== 'right') return { failure: verdict };
    const { status } = await this.database.query
      .selectFrom('users')
      .select('status')
      .where('id', '=', userId)
      .executeTakeFirstOrThrow();
    if (status !== 'active') return { failure: accountDisabled() };
    await this.database.query
      .updateTable('loginChallenges')
      .set({ closedAt: now })
      .where('tokenHash', '=', tokenHash)
      .execute();
    return { login: await this.#open(actor, userId, userAgent) };
  }

  async #open(actor: Actor, userId: string, userAgent?: string): Promise<OpenedLogin> {
    return { ...(await this.sessions.open(actor, userId, { origin: 'password', userAgent })), userId };
  }
}
