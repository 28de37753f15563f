import { Injectable } from '@nestjs/common';
import { type Actor, Clock, newId } from '#kernel';
import { Database, Transactional } from '#platform';
import { AccountClaims } from '../accounts/account-claims.ts';
import { AccountsService } from '../accounts/accounts.service.ts';
import { accountDisabled, emailUnverified, identityUnlinked } from '../auth.errors.ts';
import { SessionsService, type TokenPair } from '../sessions/sessions.service.ts';
import { type AuthorizationCode, type AuthorizationRequest, CognitoProvider } from './cognito.provider.ts';
import type { IdentityClaims } from './cognito-tokens.ts';

/** What the client knows of a person whose account may have to be opened. */
export interface Visitor {
  readonly timeZone: string;
  readonly userAgent?: string;
}

/** Logins by way of a Cognito user pool. */
@Injectable()
export class CognitoService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly provider: CognitoProvider,
    private readonly accounts: AccountsService,
    private readonly claims: AccountClaims,
    private readonly sessions: SessionsService,
  ) {}

  /** @throws not_found `cognito_not_configured` */
  authorization(): AuthorizationRequest {
    return this.provider.authorization();
  }

  /**
   * Opens a session for whoever logged in at the pool: on the account that the identity is linked to, else
   * on the one with the e-mail address that the pool has verified, else on a new patient account.
   * @throws what `CognitoProvider.redeem` throws; conflict `email_unverified`; forbidden `account_disabled`,
   *   `identity_unlinked`
   */
  async logIn(
    actor: Actor,
    code: AuthorizationCode,
    visitor: Visitor,
  ): Promise<TokenPair & { userId: string }> {
    return this.enter(actor, await this.provider.redeem(code), visitor);
  }

  @Transactional()
  private async enter(
    actor: Actor,
    person: IdentityClaims,
    visitor: Visitor,
  ): Promise<TokenPair & { userId: string }> {
    await this.database.lock(`identity:${person.issuer}:${person.subject}`);
    const userId = (await this.#linked(person)) ?? (await this.#link(actor, person, visitor));
    const pair = await this.sessions.open(actor, userId, {
      origin: 'cognito',
      userAgent: visitor.userAgent,
    });
    return { ...pair, userId };
  }

  async #linked({ issuer, subject }: IdentityClaims): Promise<string | undefined> {
    const user = await this.database.query
      .selectFrom('identities as identity')
      .innerJoin('users as user', 'user.id', 'identity.userId')
      .select(['user.id', 'user.status', 'identity.unlinkedAt'])
      .where('identity.issuer', '=', issuer)
      .where('identity.subject', '=', subject)
      .executeTakeFirst();
    if (user && user.status !== 'active') throw accountDisabled();
    if (user?.unlinkedAt) throw identityUnlinked();
    return user?.id;
  }

  async #link(actor: Actor, person: IdentityClaims, { timeZone }: Visitor): Promise<string> {
    const { issuer, subject, verifiedEmail: email, firstName, lastName } = person;
    if (!email) throw emailUnverified();
    const userId =
      (await this.#claimed(email)) ??
      (
        await this.accounts.register(actor, {
          email,
          emailVerified: true,
          password: null,
          firstName,
          lastName,
          timeZone,
          roles: ['patient'],
        })
      ).id;
    await this.database.query
      .insertInto('identities')
      .values({ id: newId(), issuer, subject, userId, createdAt: this.clock.now() })
      .execute();
    return userId;
  }

  /**
   * The account with the address, now in the hands of the one who proved that it is theirs: whatever let
   * others in ends here.
   */
  async #claimed(email: string): Promise<string | undefined> {
    const user = await this.database.query
      .selectFrom('users')
      .select(['id', 'status'])
      .where('email', '=', email)
      .forUpdate()
      .executeTakeFirst();
    if (!user) return undefined;
    if (user.status !== 'active') throw accountDisabled();
    if (!(await this.claims.proveEmail(user.id))) return user.id;
    await this.database.query
      .updateTable('users')
      .set({ passwordHash: null })
      .where('id', '=', user.id)
      .execute();
    await this.sessions.endAll(user.id, 'password_change');
    return user.id;
  }
}
