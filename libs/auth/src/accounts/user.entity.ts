import type { Selectable } from 'kysely';
import type { Role } from '#kernel';
import type { Tables } from '#platform';

/** An account. The password's hash never leaves the statements that need it. */
export type User = Omit<Selectable<Tables['users']>, 'passwordHash' | 'roles' | 'searchText'> & {
  readonly roles: readonly Role[];
};

export const USER_COLUMNS = [
  'id',
  'email',
  'firstName',
  'lastName',
  'phone',
  'phoneVerifiedAt',
  'roles',
  'timeZone',
  'language',
  'status',
  'disabledReason',
  'emailVerifiedAt',
  'secondFactorSince',
  'lastLoginAt',
  'identityStatus',
  'createdAt',
  'updatedAt',
] as const;

/** Roles are text in the table; its check lets in no others. */
export function asUser<Row extends { roles: string[] }>(row: Row): Row & { roles: Role[] } {
  return row as Row & { roles: Role[] };
}
