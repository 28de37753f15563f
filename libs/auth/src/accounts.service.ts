import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import {
  type Actor,
  Clock,
  newId,
  notFound,
  type Page,
  type PageRequest,
  type Role,
  type UserActor,
} from '#kernel';
import { containing, Database, given, pageOf, violatedConstraint } from '#platform';
import { emailTaken } from './auth.errors.ts';
import { hashPassword } from './password.ts';
import { USER_COLUMNS, type User } from './user.entity.ts';

export interface NewAccount {
  readonly email: string;
  /** Whether somebody who can be trusted has checked that the address is theirs. */
  readonly emailVerified?: boolean;
  /** `null` for an account that signs in at another issuer only. */
  readonly password: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly phone?: string | null;
  readonly timeZone: string;
  readonly language?: string;
  readonly roles: readonly Role[];
}

export type AccountChanges = Partial<
  Pick<User, 'firstName' | 'lastName' | 'phone' | 'timeZone' | 'language'>
>;

export interface AccountFilter {
  readonly role?: Role;
  readonly status?: User['status'];
  readonly search?: string;
  readonly order?: { readonly by: 'createdAt' | 'email' | 'lastName'; readonly descending: boolean };
}

@Injectable()
export class AccountsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws conflict `email_taken` */
  async register(_actor: Actor, account: NewAccount): Promise<User> {
    const now = this.clock.now();
    const passwordHash = account.password === null ? null : await hashPassword(account.password);
    try {
      return await this.database.query
        .insertInto('users')
        .values({
          id: newId(),
          email: account.email,
          passwordHash,
          firstName: account.firstName,
          lastName: account.lastName,
          phone: account.phone ?? null,
          roles: [...account.roles],
          timeZone: account.timeZone,
          language: account.language ?? 'en',
          emailVerifiedAt: account.emailVerified ? now : null,
          createdAt: now,
          updatedAt: now,
        })
        .returning(USER_COLUMNS)
        .executeTakeFirstOrThrow()
        .then(asUser);
    } catch (error) {
      throw violatedConstraint(error) === 'users_email_key' ? emailTaken() : error;
    }
  }

  async get(actor: UserActor): Promise<User> {
    return this.byId(actor.userId);
  }

  /** @throws not_found `user_not_found` */
  async byId(userId: string): Promise<User> {
    const user = await this.database.query
      .selectFrom('users')
      .select(USER_COLUMNS)
      .where('id', '=', userId)
      .executeTakeFirst();
    if (!user) throw notFound('user');
    return asUser(user);
  }

  async update(actor: UserActor, changes: AccountChanges): Promise<User> {
    return this.database.query
      .updateTable('users')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('id', '=', actor.userId)
      .returning(USER_COLUMNS)
      .executeTakeFirstOrThrow()
      .then(asUser);
  }

  /** Adds a role; an account that has it keeps it. */
  async grantRole(userId: string, role: Role): Promise<void> {
    await this.database.query
      .updateTable('users')
      .set({ roles: sql`array_append(roles, ${role})`, updatedAt: this.clock.now() })
      .where('id', '=', userId)
      .where(sql<boolean>`not ${role} = any (roles)`)
      .execute();
  }

  /** The accounts of the whole platform, for administrators. */
  async list(_actor: Actor, filter: AccountFilter, page: PageRequest): Promise<Page<User>> {
    const { role, status, search, order = { by: 'createdAt', descending: true } } = filter;
    const found = await pageOf(
      this.database.query
        .selectFrom('users')
        .select(USER_COLUMNS)
        .where((eb) =>
          eb.and(
            given([
              role && sql<boolean>`${role} = any (roles)`,
              status && eb('status', '=', status),
              search &&
                sql<boolean>`first_name || ' ' || last_name || ' ' || email ilike ${containing(search)}`,
            ]),
          ),
        )
        .orderBy(order.by, order.descending ? 'desc' : 'asc')
        .orderBy('id'),
      page,
    );
    return { ...found, items: found.items.map(asUser) };
  }
}

function asUser<Row extends { roles: string[] }>(row: Row): Row & { roles: Role[] } {
  return row as Row & { roles: Role[] };
}
