import { Injectable } from '@nestjs/common';
import {
  type Actor,
  Clock,
  mapPage,
  newId,
  notFound,
  type Page,
  type PageRequest,
  type Period,
  type UserActor,
} from '#kernel';
import { containing, Database, given, Jobs, pageOf, Transactional, within } from '#platform';
import { refreshTokenInvalid, refreshTokenReused, sessionEnded } from '../auth.errors.ts';
import { SessionEnded } from '../events.ts';
import { hashToken, newToken } from './random-token.ts';
import { ACCESS_TOKEN_SECONDS, TokenIssuer } from './token-issuer.ts';

/** For how long a refresh token is taken again: two tabs of a browser wake up at the same moment. */
const TWICE_WITHIN_SECONDS = 10;

/** How long a login lasts when its refresh tokens keep being used. */
export const SESSION_DAYS = 30;

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Lifetime of the access token, in seconds. */
  readonly expiresIn: number;
}

/** Why a session ended before its time. */
export type Revocation =
  | 'logout'
  | 'refresh_reuse'
  | 'password_change'
  | 'second_factor'
  /** By its owner, from another session. */
  | 'revoked'
  | 'admin'
  | 'erasure';

/** A login as its owner sees it. */
export interface Session {
  readonly id: string;
  readonly origin: 'password' | 'cognito';
  readonly userAgent: string | null;
  readonly address: string | null;
  readonly createdAt: Temporal.Instant;
  /** When tokens were last issued for it: at most the life of an access token ago while it is in use. */
  readonly lastUsedAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  /** Whether the actor acts in it. */
  readonly current: boolean;
}

export interface SessionFilter {
  /** Matches device and address. */
  readonly search?: string;
  readonly created?: Period;
  readonly order?: { readonly by: 'createdAt' | 'lastUsedAt'; readonly descending: boolean };
}

export interface SessionOrigin {
  readonly origin: 'password' | 'cognito';
  readonly userAgent?: string;
}

/**
 * Logins. Each has a chain of refresh tokens of which only the newest works: a token that is shown again
 * later was copied by somebody, so the whole session ends (RFC 9700, section 4.14.2).
 */
@Injectable()
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly issuer: TokenIssuer,
  ) {}

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
        lastUsedAt: now,
        expiresAt: now.add({ hours: SESSION_DAYS * 24 }),
      })
      .execute();
    await this.database.query
      .updateTable('users')
      .set({ lastLoginAt: now })
      .where('id', '=', userId)
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
  @Transactional()
  async logOut(actor: UserActor): Promise<void> {
    if (actor.sessionId) {
      await this.#end('logout', { userId: actor.userId, only: actor.sessionId });
      return;
    }
    await this.database.query
      .updateTable('identities')
      .set({ tokensValidFrom: this.clock.now() })
      .where('userId', '=', actor.userId)
      .execute();
  }

  /** The actor's own logins that have not ended, the last used first unless asked otherwise. */
  async list(actor: UserActor, filter: SessionFilter, page: PageRequest): Promise<Page<Session>> {
    const { by, descending } = filter.order ?? { by: 'lastUsedAt', descending: true };
    const direction = descending ? 'desc' : 'asc';
    const search = filter.search && containing(filter.search);
    const found = await pageOf(
      this.database.query
        .selectFrom('sessions')
        .select(['id', 'origin', 'userAgent', 'address', 'createdAt', 'lastUsedAt', 'expiresAt'])
        .where('userId', '=', actor.userId)
        .where('revokedAt', 'is', null)
        .where('expiresAt', '>', this.clock.now())
        .where((eb) =>
          eb.and(
            given([
              search && eb.or([eb('userAgent', 'ilike', search), eb('address', 'ilike', search)]),
              ...within('createdAt', filter.created),
            ]),
          ),
        )
        .orderBy(by, direction)
        .orderBy('id', direction),
      page,
    );
    return mapPage(found, (session) => ({ ...session, current: session.id === actor.sessionId }));
  }

  /** @throws not_found `session_not_found`, also for somebody else's and for one that has ended */
  @Transactional()
  async end(actor: UserActor, sessionId: string): Promise<void> {
    const ended = await this.#end('revoked', { userId: actor.userId, only: sessionId });
    if (ended === 0) throw notFound('session');
  }

  /**
   * Ends every session of the actor but the one they act in.
   * @param origin only those that were opened this way
   * @returns how many.
   */
  @Transactional()
  async endOthers(actor: UserActor, because: Revocation, origin?: Session['origin']): Promise<number> {
    if (origin !== 'cognito') await this.#closeChallenges(actor.userId);
    return this.#end(because, { userId: actor.userId, except: actor.sessionId, origin });
  }

  /** Ends every session of an account, and every login that is under way. */
  @Transactional()
  async endAll(userId: string, because: Revocation): Promise<void> {
    await this.#closeChallenges(userId);
    await this.#end(because, { userId });
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
      .where('token.tokenHash', '=', hashToken(refreshToken))
      .forUpdate('token')
      .executeTakeFirst();
    if (!found) return { failure: refreshTokenInvalid() };
    if (found.revokedAt || Temporal.Instant.compare(found.expiresAt, now) <= 0 || found.status !== 'active') {
      return { failure: sessionEnded() };
    }
    if (found.usedAt && found.usedAt.until(now).total('seconds') > TWICE_WITHIN_SECONDS) {
      await this.#end('refresh_reuse', { userId: found.userId, only: found.id });
      return { failure: refreshTokenReused() };
    }
    await this.database.query
      .updateTable('refreshTokens')
      .set({ usedAt: found.usedAt ?? now })
      .where('tokenHash', '=', hashToken(refreshToken))
      .execute();
    await this.database.query
      .updateTable('sessions')
      .set({ lastUsedAt: now })
      .where('id', '=', found.id)
      .execute();
    return { pair: await this.#issuePair(found.userId, found.id) };
  }

  async #issuePair(userId: string, sessionId: string): Promise<TokenPair> {
    const refreshToken = newToken();
    await this.database.query
      .insertInto('refreshTokens')
      .values({ tokenHash: hashToken(refreshToken), sessionId, createdAt: this.clock.now() })
      .execute();
    return {
      accessToken: await this.issuer.issue({ userId, sessionId }),
      refreshToken,
      expiresIn: ACCESS_TOKEN_SECONDS,
    };
  }

  async #end(because: Revocation, { userId, only, except, origin }: Which): Promise<number> {
    const ended = await this.database.query
      .updateTable('sessions')
      .set({ revokedAt: this.clock.now(), revokedBecause: because })
      .where('userId', '=', userId)
      .where('revokedAt', 'is', null)
      .$if(only !== undefined, (query) => query.where('id', '=', only ?? ''))
      .$if(except !== undefined, (query) => query.where('id', '<>', except ?? ''))
      .$if(origin !== undefined, (query) => query.where('origin', '=', origin ?? 'password'))
      .returning('id')
      .execute();
    for (const { id } of ended) await this.jobs.publish(SessionEnded, { sessionId: id, userId });
    return ended.length;
  }

  /** Who has shown the password that no longer counts must not get in with a code. */
  async #closeChallenges(userId: string): Promise<void> {
    await this.database.query
      .updateTable('loginChallenges')
      .set({ closedAt: this.clock.now() })
      .where('userId', '=', userId)
      .where('closedAt', 'is', null)
      .execute();
  }
}

/** Which sessions of a user. */
interface Which {
  readonly userId: string;
  readonly only?: string;
  readonly except?: string;
  readonly origin?: Session['origin'];
}
