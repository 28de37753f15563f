import { Injectable } from '@nestjs/common';
import { Clock, type Role, type UserActor } from '#kernel';
import { BuiltOnce, Config, Database } from '#platform';
import { identityNotLinked, secondFactorRequired, sessionEnded } from '../auth.errors.ts';
import { CognitoTokens } from '../cognito/cognito-tokens.ts';
import { TokenIssuer } from './token-issuer.ts';

/** Where a request came from, as the surface that received it knows it. */
export interface RequestOrigin {
  readonly requestId: string;
  readonly address?: string;
  /** Whether what is asked for serves to set up a second factor, and so is open to who must have one first. */
  readonly enrolling?: boolean;
}

type Origin = Omit<RequestOrigin, 'enrolling'>;

/** Turns a bearer token into the actor behind it. */
@Injectable()
export class AuthenticationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly issuer: TokenIssuer,
    private readonly cognito: CognitoTokens,
    private readonly config: Config,
  ) {}

  /**
   * The session or identity is read with every request: roles come from the database, and a logout works
   * at once.
   * @throws unauthenticated `token_invalid`, `token_expired`, `session_ended`, and for a token of Cognito
   *   `access_token_required`, `identity_not_linked`; unavailable `cognito_unavailable`; forbidden
   *   `second_factor_required` for an administrator who logged in with a password alone, where the server
   *   asks for more
   */
  async authenticate(
    accessToken: string,
    { enrolling = false, ...origin }: RequestOrigin,
  ): Promise<UserActor> {
    return this.cognito.isOfPool(accessToken)
      ? this.#byIdentity(accessToken, origin)
      : this.#bySession(accessToken, origin, enrolling);
  }

  async #bySession(accessToken: string, origin: Origin, enrolling: boolean): Promise<UserActor> {
    const { userId, sessionId } = await this.issuer.verify(accessToken);
    const now = this.clock.now();
    const [session] = await OPEN_SESSION.execute(this.database, { sessionId, userId, now });
    if (!session) throw sessionEnded();
    // How somebody proves who they are at another issuer is that issuer's business.
    const owesFactor =
      session.origin === 'password' && session.secondFactorSince === null && session.roles.includes('admin');
    if (owesFactor && !enrolling && this.config.adminsNeedSecondFactor) throw secondFactorRequired();
    return { userId, sessionId, roles: session.roles as Role[], ...origin };
  }

  async #byIdentity(accessToken: string, origin: Origin): Promise<UserActor> {
    const { issuer, subject, issuedAt } = await this.cognito.verifyAccess(accessToken);
    const user = await this.database.query
      .selectFrom('identities as identity')
      .innerJoin('users as user', 'user.id', 'identity.userId')
      .select(['user.id', 'user.roles', 'user.status', 'identity.tokensValidFrom'])
      .where('identity.issuer', '=', issuer)
      .where('identity.subject', '=', subject)
      .where('identity.unlinkedAt', 'is', null)
      .executeTakeFirst();
    if (!user) throw identityNotLinked();
    // Tokens tell whole seconds, so one that was issued in the second of a logout counts as older.
    const loggedOut =
      user.tokensValidFrom !== null && Temporal.Instant.compare(issuedAt, user.tokensValidFrom) < 0;
    if (user.status !== 'active' || loggedOut) throw sessionEnded();
    return { userId: user.id, roles: user.roles as Role[], ...origin };
  }
}

interface OpenSession {
  readonly roles: string[];
  readonly secondFactorSince: Temporal.Instant | null;
  readonly origin: 'password' | 'cognito';
}

/** Asked with every request. */
const OPEN_SESSION = new BuiltOnce<{ sessionId: string; userId: string; now: Temporal.Instant }, OpenSession>(
  (query, value) =>
    query
      .selectFrom('sessions as session')
      .innerJoin('users as user', 'user.id', 'session.userId')
      .select(['user.roles', 'user.secondFactorSince', 'session.origin'])
      .where('session.id', '=', value('sessionId'))
      .where('user.id', '=', value('userId'))
      .where('user.status', '=', 'active')
      .where('session.revokedAt', 'is', null)
      .where('session.expiresAt', '>', value('now')),
);
