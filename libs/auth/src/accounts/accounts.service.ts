import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Actor, Clock, newId, notFound, type Role, type UserActor } from '#kernel';
import { Database, violatedConstraint } from '#platform';
import { emailTaken } from '../auth.errors.ts';
import type { ContactChannel } from '../contacts/contact-codes.ts';
import { phoneNumber } from '../contacts/phone-number.ts';
import { hashPassword } from '../passwords/password.ts';
import { requireStrong } from '../passwords/password-strength.ts';
import { asUser, USER_COLUMNS, type User } from './user.entity.ts';

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

@Injectable()
export class AccountsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws conflict `email_taken`; invalid `phone_invalid`, `password_too_weak` */
  async register(_actor: Actor, account: NewAccount): Promise<User> {
    const now = this.clock.now();
    if (account.password !== null) requireStrong(account.password, account);
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
          phone: account.phone ? phoneNumber(account.phone) : null,
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

  /**
   * A phone number that is not the one before is not verified.
   * @throws invalid `phone_invalid`
   */
  async update(actor: UserActor, { phone: written, ...changes }: AccountChanges): Promise<User> {
    const phone = written ? phoneNumber(written) : written;
    return this.database.query
      .updateTable('users')
      .set({ ...changes, updatedAt: this.clock.now() })
      .$if(phone !== undefined, (query) =>
        query.set({
          phone,
          phoneVerifiedAt: sql`case when phone = ${phone} then phone_verified_at end`,
        }),
      )
      .where('id', '=', actor.userId)
      .returning(USER_COLUMNS)
      .executeTakeFirstOrThrow()
      .then(asUser);
  }

  /** The owner has shown that a number, which is the account's from now on, or its address is theirs. */
  async verified(actor: UserActor, channel: ContactChannel, recipient: string): Promise<void> {
    const now = this.clock.now();
    const proof = channel === 'phone' ? { phone: recipient, phoneVerifiedAt: now } : { emailVerifiedAt: now };
    await this.database.query
      .updateTable('users')
      .set({ ...proof, updatedAt: now })
      .where('id', '=', actor.userId)
      .execute();
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
}
