import { Clock, type Role, type UserActor } from '#kernel';
import { Database } from '#platform';
import { Injectable } from '@nestjs/common';
import { sessionEnded } from './auth.errors.ts';
import { TokenIssuer } from './token-issuer.ts';

/** Where a request came from, as the surface that received it knows it. */
export interface RequestOrigin {
  readonly requestId: string;
  readonly address?: string;
}

/** Turns a bearer token into the actor behind it. */
@Injectable()
export class AuthenticationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly issuer: TokenIssuer,
  ) {}

  /**
   * The session is read with every request: roles come from the database, and a logout works at once.
   * @throws unauthenticated `token_invalid`, `token_expired`, `session_ended`
   */
  async authenticate(accessToken: string, origin: RequestOrigin): Promise<UserActor> {
    const { userId, sessionId } = await this.issuer.verify(accessToken);
    const session = await this.database.query
      .selectFrom('sessions as session')
      .innerJoin('users as user', 'user.id', 'session.userId')
      .select('user.roles')
      .where('session.id', '=', sessionId)
      .where('user.id', '=', userId)
      .where('user.status', '=', 'active')
      .where('session.revokedAt', 'is', null)
      .where('session.expiresAt', '>', this.clock.now())
      .executeTakeFirst();
    if (!session) throw sessionEnded();
    return { userId, sessionId, roles: session.roles as Role[], ...origin };
  }
}
