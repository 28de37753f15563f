import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { Clock, notFound, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { containing, Database, given, pageOf, type Tables, Transactional, within } from '#platform';
import { lastWayIn } from '../auth.errors.ts';
import { OwnerProof } from '../passwords/owner-proof.ts';
import { SecurityTrail } from '../security-trail.ts';
import { SessionsService } from '../sessions/sessions.service.ts';

/** Who somebody is at another issuer, by which they log in here. */
export type Identity = Pick<
  Selectable<Tables['identities']>,
  'id' | 'issuer' | 'subject' | 'unlinkedAt' | 'createdAt'
>;

export interface IdentityFilter {
  /** Matches the issuer and who one is there. */
  readonly search?: string;
  readonly created?: Period;
  readonly order?: { readonly by: 'createdAt'; readonly descending: boolean };
}

/** The logins of other issuers that lead to one's account. How one comes to be linked is CognitoService's. */
@Injectable()
export class IdentitiesService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly proof: OwnerProof,
    private readonly sessions: SessionsService,
    private readonly trail: SecurityTrail,
  ) {}

  /** The actor's own, also those that were unlinked; the oldest first unless asked otherwise. */
  list(
    actor: UserActor,
    { search, created, order = { by: 'createdAt', descending: false } }: IdentityFilter,
    page: PageRequest,
  ): Promise<Page<Identity>> {
    return pageOf(
      this.database.query
        .selectFrom('identities')
        .select(['id', 'issuer', 'subject', 'unlinkedAt', 'createdAt'])
        .where('userId', '=', actor.userId)
        .where((eb) =>
          eb.and(
            given([
              search &&
                eb.or([
                  eb('issuer', 'ilike', containing(search)),
                  eb('subject', 'ilike', containing(search)),
                ]),
              ...within('createdAt', created),
            ]),
          ),
        )
        .orderBy(order.by, order.descending ? 'desc' : 'asc')
        .orderBy('id'),
      page,
    );
  }

  /**
   * Lets nobody in any more by way of an identity: its tokens are refused at once, and the sessions that were
   * opened by way of its issuer end, but the one the actor acts in. Unlinking twice is unlinking once.
   * @throws forbidden `wrong_password`, `fresh_login_required`; not_found `identity_not_found`; conflict
   *   `last_way_in` when the account has no password and no other identity
   */
  async unlink(actor: UserActor, id: string, password?: string): Promise<void> {
    await this.proof.assert(actor, password);
    await this.change(actor, id, async ({ unlinkedAt }) => {
      if (unlinkedAt) return;
      if (!(await this.#hasOtherWay(actor.userId, id))) throw lastWayIn();
      const now = this.clock.now();
      await this.database.query
        .updateTable('identities')
        .set({ unlinkedAt: now, tokensValidFrom: now })
        .where('id', '=', id)
        .execute();
      await this.sessions.endOthers(actor, 'revoked', 'cognito');
      await this.trail.record(actor, actor.userId, 'identity.unlink', 'identity_unlinked');
    });
  }

  /**
   * Takes an unlinking back. Linking twice is linking once.
   * @throws forbidden `wrong_password`, `fresh_login_required`; not_found `identity_not_found`
   */
  async relink(actor: UserActor, id: string, password?: string): Promise<void> {
    await this.proof.assert(actor, password);
    await this.change(actor, id, async ({ unlinkedAt }) => {
      if (!unlinkedAt) return;
      await this.database.query
        .updateTable('identities')
        .set({ unlinkedAt: null })
        .where('id', '=', id)
        .execute();
      await this.trail.record(actor, actor.userId, 'identity.relink', 'identity_relinked');
    });
  }

  /** Two that are unlinked at once must not both count on the other. */
  @Transactional()
  private async change(
    { userId }: UserActor,
    id: string,
    change: (identity: Pick<Identity, 'unlinkedAt'>) => Promise<void>,
  ): Promise<void> {
    await this.database.lock(`identities:${userId}`);
    const identity = await this.database.query
      .selectFrom('identities')
      .select('unlinkedAt')
      .where('id', '=', id)
      .where('userId', '=', userId)
      .executeTakeFirst();
    if (!identity) throw notFound('identity');
    await change(identity);
  }

  async #hasOtherWay(userId: string, id: string): Promise<boolean> {
    const found = await this.database.query
      .selectFrom('users as user')
      .leftJoin('identities as other', (join) =>
        join
          .onRef('other.userId', '=', 'user.id')
          .on('other.id', '<>', id)
          .on('other.unlinkedAt', 'is', null),
      )
      .select('user.id')
      .where('user.id', '=', userId)
      .where((eb) => eb.or([eb('user.passwordHash', 'is not', null), eb('other.id', 'is not', null)]))
      .limit(1)
      .executeTakeFirst();
    return found !== undefined;
  }
}
