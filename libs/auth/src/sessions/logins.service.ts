import { Injectable } from '@nestjs/common';
import { Clock, type Role, type UserActor } from '#kernel';
import { anyOf, Database } from '#platform';
import { sessionEnded } from '../auth.errors.ts';
import type { RequestOrigin } from './authentication.service.ts';

/** A login that was checked before: of a session here, or with a token of another issuer. */
export interface Login {
  readonly userId: string;
  readonly sessionId?: string;
  /** When its token was checked. */
  readonly since: Temporal.Instant;
}

/** How long a login with another issuer's token may be relied on after it was checked, as such tokens do. */
const FOREIGN_LOGIN_HOURS = 1;

/** Logins that are relied on for longer than one request: a stream, a ticket. */
@Injectable()
export class LoginsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The actor behind a login, with the roles of now.
   * @throws unauthenticated `session_ended`
   */
  async actorOf(login: Login, origin: RequestOrigin): Promise<UserActor> {
    const [standing] = await this.standing([login]);
    if (!standing) throw sessionEnded();
    const { roles } = await this.database.query
      .selectFrom('users')
      .select('roles')
      .where('id', '=', login.userId)
      .executeTakeFirstOrThrow();
    const { userId, sessionId } = login;
    return { userId, ...(sessionId && { sessionId }), roles: roles as Role[], ...origin };
  }

  /** Those of the logins that nobody has ended since. */
  async standing<L extends Login>(logins: readonly L[]): Promise<L[]> {
    const [sessions, people] = await Promise.all([
      this.#openSessions(logins.flatMap(({ sessionId }) => sessionId ?? [])),
      this.#loggedOutAt(logins.flatMap(({ sessionId, userId }) => (sessionId ? [] : userId))),
    ]);
    const now = this.clock.now();
    return logins.filter(({ sessionId, userId, since }) => {
      if (sessionId) return sessions.has(sessionId);
      const loggedOutAt = people.get(userId);
      if (loggedOutAt === undefined) return false;
      const isOver = Temporal.Instant.compare(since.add({ hours: FOREIGN_LOGIN_HOURS }), now) <= 0;
      return !isOver && (loggedOutAt === null || Temporal.Instant.compare(since, loggedOutAt) >= 0);
    });
  }

  async #openSessions(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.database.query
      .selectFrom('sessions as session')
      .innerJoin('users as user', 'user.id', 'session.userId')
      .select('session.id')
      .where('session.id', '=', anyOf(ids))
      .where('session.revokedAt', 'is', null)
      .where('session.expiresAt', '>', this.clock.now())
      .where('user.status', '=', 'active')
      .execute();
    return new Set(rows.map(({ id }) => id));
  }

  /** When each active person last logged out of everything at other issuers; `null` for never. */
  async #loggedOutAt(userIds: readonly string[]): Promise<Map<string, Temporal.Instant | null>> {
    if (userIds.length === 0) return new Map();
    const rows = await this.database.query
      .selectFrom('users as user')
      .leftJoin('identities as identity', 'identity.userId', 'user.id')
      .select(({ fn }) => ['user.id', fn.max('identity.tokensValidFrom').as('at')])
      .where('user.id', '=', anyOf(userIds))
      .where('user.status', '=', 'active')
      .groupBy('user.id')
      .execute();
    return new Map(rows.map(({ id, at }) => [id, at]));
  }
}
