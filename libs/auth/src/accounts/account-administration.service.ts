import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AuditService } from '#audit';
import {
  type Actor,
  Clock,
  notFound,
  type Page,
  type PageRequest,
  type Period,
  type Role,
  type UserActor,
} from '#kernel';
import { containing, Database, given, Jobs, pageOfMany, Transactional, within } from '#platform';
import { AccountDisabled, AccountEnabled } from '../events.ts';
import { SessionsService } from '../sessions/sessions.service.ts';
import { lastAdmin } from './account.errors.ts';
import { asUser, USER_COLUMNS, type User } from './user.entity.ts';

export interface AccountFilter {
  readonly role?: Role;
  readonly status?: User['status'];
  readonly emailVerified?: boolean;
  readonly phoneVerified?: boolean;
  readonly secondFactor?: boolean;
  /** Matches name, e-mail and phone; accents are forgiven. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: {
    readonly by: 'name' | 'email' | 'createdAt' | 'updatedAt' | 'lastLoginAt';
    readonly descending: boolean;
  };
}

export type StatusChange =
  | { readonly status: 'active' }
  | { readonly status: 'disabled'; readonly reason: string };

/** Held by whoever takes an administrator away: two who take each other away at once would leave nobody. */
export const ADMINISTRATORS_LOCK = 'administrators';

/** The accounts of the whole platform, for administrators. */
@Injectable()
export class AccountAdministrationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly sessions: SessionsService,
    private readonly audit: AuditService,
  ) {}

  async list(_actor: Actor, filter: AccountFilter, page: PageRequest): Promise<Page<User>> {
    const { role, status, search, order = { by: 'createdAt', descending: true } } = filter;
    const direction = order.descending ? 'desc' : 'asc';
    const found = await pageOfMany(
      this.database.query
        .selectFrom('users')
        .select(USER_COLUMNS)
        .where((eb) =>
          eb.and(
            given([
              role && sql<boolean>`roles @> array[${role}]`,
              status && eb('status', '=', status),
              ...has('emailVerifiedAt', filter.emailVerified),
              ...has('phoneVerifiedAt', filter.phoneVerified),
              ...has('secondFactorSince', filter.secondFactor),
              ...within('createdAt', filter.created),
              ...within('updatedAt', filter.updated),
              search && sql<boolean>`search_text like fold(${containing(search)})`,
            ]),
          ),
        )
        .$if(order.by === 'name', (query) =>
          query.orderBy('lastName', direction).orderBy('firstName', direction),
        )
        .$if(order.by === 'lastLoginAt', (query) =>
          // Who never logged in stands at the end where the newest come first, and at the start otherwise.
          query.orderBy('lastLoginAt', (by) =>
            order.descending ? by.desc().nullsLast() : by.asc().nullsFirst(),
          ),
        )
        .$if(order.by !== 'name' && order.by !== 'lastLoginAt', (query) =>
          query.orderBy(order.by as 'email', direction),
        )
        .orderBy('id', order.by === 'createdAt' ? 'asc' : direction),
      page,
    );
    return { ...found, items: found.items.map(asUser) };
  }

  /** @throws not_found `account_not_found` */
  @Transactional()
  async get(actor: UserActor, userId: string): Promise<User> {
    const user = await this.#byId(userId);
    await this.#record(actor, 'account.read', userId);
    return user;
  }

  /**
   * Shuts an account, which ends its sessions, or opens it again. Where the status is that already, nothing
   * happens.
   * @throws not_found `account_not_found`; conflict `last_admin`
   */
  @Transactional()
  async setStatus(actor: UserActor, userId: string, change: StatusChange): Promise<User> {
    await this.database.lock(ADMINISTRATORS_LOCK);
    const user = await this.#byId(userId);
    if (user.status === 'erased') throw notFound('account');
    if (user.status === change.status) return user;
    const reason = change.status === 'disabled' ? change.reason : null;
    if (change.status === 'disabled' && user.roles.includes('admin')) await this.#requireAnother(userId);
    await this.database.query
      .updateTable('users')
      .set({ status: change.status, disabledReason: reason, updatedAt: this.clock.now() })
      .where('id', '=', userId)
      .execute();
    if (change.status === 'disabled') await this.sessions.endAll(userId, 'admin');
    await this.jobs.publish(change.status === 'disabled' ? AccountDisabled : AccountEnabled, { userId });
    const action = change.status === 'disabled' ? 'account.disable' : 'account.enable';
    await this.#record(actor, action, userId, reason ?? undefined);
    return this.#byId(userId);
  }

  /** The ids of those who can act as an administrator now. */
  async administrators(): Promise<string[]> {
    const rows = await this.database.query
      .selectFrom('users')
      .select('id')
      .where(sql<boolean>`roles @> array['admin']`)
      .where('status', '=', 'active')
      .orderBy('id')
      .execute();
    return rows.map(({ id }) => id);
  }

  async #byId(userId: string): Promise<User> {
    const user = await this.database.query
      .selectFrom('users')
      .select(USER_COLUMNS)
      .where('id', '=', userId)
      .executeTakeFirst();
    if (!user) throw notFound('account');
    return asUser(user);
  }

  async #requireAnother(userId: string): Promise<void> {
    const another = await this.database.query
      .selectFrom('users')
      .select('id')
      .where(sql<boolean>`roles @> array['admin']`)
      .where('status', '=', 'active')
      .where('id', '<>', userId)
      .limit(1)
      .executeTakeFirst();
    if (!another) throw lastAdmin();
  }

  async #record(actor: UserActor, action: string, userId: string, reason?: string): Promise<void> {
    await this.audit.record(actor, { action, resource: 'account', resourceId: userId, reason });
  }
}

/** That the instant in `column` is there, or is not. */
function has(column: string, wanted: boolean | undefined) {
  if (wanted === undefined) return [];
  const is = sql.raw<boolean>(wanted ? 'is not null' : 'is null');
  return [sql<boolean>`${sql.ref(column)} ${is}`];
}
