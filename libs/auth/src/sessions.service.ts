import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Actor, Clock, newId, type UserActor } from '#kernel';
import { Database, Transactional } from '#platform';
import {
  accountDisabled,
  refreshTokenInvalid,
  refreshTokenReused,
  sessionEnded,
  wrongCredentials,
} from './auth.errors.ts';
import { verifyPassword } from './password.ts';
import { ACCESS_TOKEN_SECONDS, TokenIssuer } from './token-issuer.ts';

/** How long a login lasts when its refresh tokens keep being used. */
export const SESSION_DAYS = 30;

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Lifetime of the access token, in seconds. */
  readonly expiresIn: number;
}

/** Why a session ended before its time. */
export type Revocation = 'logout' | 'refresh_reuse' | 'password_change' | 'erasure';

export interface SessionOrigin {
  readonly origin: 'password' | 'cognito';
  readonly userAgent?: string;
}

/**
 * Logins. Each has one chain of refresh tokens of which only the newest works: a token that is shown a
 * second time was copied by somebody, so the whole session ends (RFC 9700, section 4.14.2).
 */
@Injectable()
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly issuer: TokenIssuer,
  ) {}

  /** @throws unauthenticated `wrong_credentials`; forbidden `account_disabled` */
  async logIn(
    actor: Actor,
    credentials: { email: string; password: string },
    userAgent?: string,
  ): Promise<TokenPair & { userId: string }> {
    const user = await this.database.query
      .selectFrom('users')
      .select(['id', 'passwordHash', 'status'])
      .where('email', '=', credentials.email)
      .executeTakeFirst();
    const right = await verifyPassword(credentials.password, user?.passwordHash ?? null);
    if (!user || !right) throw wrongCredentials();
    if (user.status !== 'active') throw accountDisabled();
    return { ...(await this.open(actor, user.id, { origin: 'password', userAgent })), userId: user.id };
  }

  /** Starts a session for a user who has proved who they are. */
  @Transactional()
  async open(actor: Actor, userId: string, { origin, userAgent }: SessionOrigin): Promise<TokenPair> {
    const now = this.clock.now();
    const sessionId = newId();
    await this.database.query
      .insertInto('sessions')
      .values({
        id: sessionId,
        userId,
        origin,
        userAgent: userAgent?.slice(0, 300) ?? null,
        address: actor.address ?? null,
        createdAt: now,
        expiresAt: now.add({ hours: SESSION_DAYS * 24 }),
      })
      .execute();
    return this.#issuePair(userId, sessionId);
  }

  /**
   * Trades a refresh token for a new pair.
   * @throws unauthenticated `refresh_token_invalid`, `refresh_token_reused`, `session_ended`
   */
  async refresh(refreshToken: string): Promise<TokenPair> {
    // A reuse is reported only after the end of the session is committed.
    const outcome = await this.rotate(refreshToken);
    if ('failure' in outcome) throw outcome.failure;
    return outcome.pair;
  }

  /**
   * Ends the actor's session; its access token stops working with the next request. Who came with a token
   * of another issuer has no session here: all such tokens that they were given until now stop working.
   */
  async logOut(actor: UserActor): Promise<void> {
    if (actor.sessionId) return this.#revoke(actor.sessionId, 'logout');
    await this.database.query
      .updateTable('identities')
      .set({ tokensValidFrom: this.clock.now() })
      .where('userId', '=', actor.userId)
      .execute();
  }

  /** Ends every session of an account. */
  async endAll(userId: string, because: Revocation): Promise<void> {
    await this.database.query
      .updateTable('sessions')
      .set({ revokedAt: this.clock.now(), revokedBecause: because })
      .where('userId', '=', userId)
      .where('revokedAt', 'is', null)
      .execute();
  }

  @Transactional()
  private async rotate(refreshToken: string): Promise<{ pair: TokenPair } | { failure: Error }> {
    const now = this.clock.now();
    const found = await this.database.query
      .selectFrom('refreshTokens as token')
      .innerJoin('sessions as session', 'session.id', 'token.sessionId')
      .innerJoin('users as user', 'user.id', 'session.userId')
      .select([
        'session.id',
        'session.userId',
        'session.expiresAt',
        'session.revokedAt',
        'token.usedAt',
        'user.status',
      ])
      .where('token.tokenHash', '=', digest(refreshToken))
      .forUpdate('token')
      .executeTakeFirst();
    if (!found) return { failure: refreshTokenInvalid() };
    if (found.revokedAt || Temporal.Instant.compare(found.expiresAt, now) <= 0 || found.status !== 'active') {
      return { failure: sessionEnded() };
    }
    if (found.usedAt) {
      await this.#revoke(found.id, 'refresh_reuse');
      return { failure: refreshTokenReused() };
    }
    await this.database.query
      .updateTable('refreshTokens')
      .set({ usedAt: now })
      .where('tokenHash', '=', digest(refreshToken))
      .execute();
    return { pair: await this.#issuePair(found.userId, found.id) };
  }

  async #issuePair(userId: string, sessionId: string): Promise<TokenPair> {
    const refreshToken = randomBytes(32).toString('base64url');
    await this.database.query
      .insertInto('refreshTokens')
      .values({ tokenHash: digest(refreshToken), sessionId, createdAt: this.clock.now() })
      .execute();
    return {
      accessToken: await this.issuer.issue({ userId, sessionId }),
      refreshToken,
      expiresIn: ACCESS_TOKEN_SECONDS,
    };
  }

  async #revoke(sessionId: string, because: Revocation): Promise<void> {
    await this.database.query
      .updateTable('sessions')
      .set({ revokedAt: this.clock.now(), revokedBecause: because })
      .where('id', '=', sessionId)
      .where('revokedAt', 'is', null)
      .execute();
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
