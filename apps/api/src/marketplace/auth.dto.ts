import { z } from 'zod';
import type { TokenPair, User } from '#auth';
import { ROLES } from '#kernel';
import { iso, isoOrNull, Language, Phone, RequiredText, Timestamp, TimeZone } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';
import { IdentityStatus } from './identity-verification.dto.ts';

const Password = z.string().min(8).max(128);

export const Register = z
  .object({
    email: z.email().max(254).toLowerCase(),
    password: Password,
    first_name: RequiredText(100),
    last_name: RequiredText(100),
    phone: Phone.optional(),
    role: z.enum(['patient', 'doctor']).default('patient'),
    time_zone: TimeZone.default('UTC'),
    language: Language.default('en'),
  })
  .transform(({ first_name, last_name, time_zone, role, ...rest }) => ({
    ...rest,
    firstName: first_name,
    lastName: last_name,
    timeZone: time_zone,
    roles: [role],
  }));

export const LogIn = z.object({ email: z.email().max(254).toLowerCase(), password: z.string().max(128) });

export const Refresh = z.object({ refresh_token: z.string().min(1).max(200) });

export const UpdateProfile = z
  .object({
    first_name: RequiredText(100),
    last_name: RequiredText(100),
    phone: Phone.nullable(),
    time_zone: TimeZone,
    language: Language,
  })
  .partial()
  .transform(({ first_name, last_name, time_zone, ...rest }) => ({
    ...rest,
    ...(first_name !== undefined && { firstName: first_name }),
    ...(last_name !== undefined && { lastName: last_name }),
    ...(time_zone !== undefined && { timeZone: time_zone }),
  }));

export const ListUsers = listQuery(
  { created_at: 'createdAt', email: 'email', last_name: 'lastName' },
  { role: z.enum(ROLES).optional(), status: z.enum(['active', 'disabled', 'erased']).optional() },
);

export const UserAnswer = z
  .object({
    id: z.uuid(),
    email: z.email(),
    first_name: z.string(),
    last_name: z.string(),
    phone: z.string().nullable(),
    roles: z.array(z.enum(ROLES)),
    time_zone: z.string(),
    language: z.string(),
    status: z.enum(['active', 'disabled', 'erased']),
    email_verified_at: Timestamp.nullable(),
    identity_status: IdentityStatus,
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'User' });

export const TokensAnswer = z
  .object({
    access_token: z.string(),
    refresh_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int().describe('Seconds until the access token expires.'),
  })
  .meta({ id: 'Tokens' });

export const LoginAnswer = TokensAnswer.extend({ user: UserAnswer }).meta({ id: 'Login' });

export function toUser(user: User): z.infer<typeof UserAnswer> {
  return {
    id: user.id,
    email: user.email,
    first_name: user.firstName,
    last_name: user.lastName,
    phone: user.phone,
    roles: [...user.roles],
    time_zone: user.timeZone,
    language: user.language,
    status: user.status,
    email_verified_at: isoOrNull(user.emailVerifiedAt),
    identity_status: user.identityStatus,
    created_at: iso(user.createdAt),
    updated_at: iso(user.updatedAt),
  };
}

export function toTokens(pair: TokenPair): z.infer<typeof TokensAnswer> {
  return {
    access_token: pair.accessToken,
    refresh_token: pair.refreshToken,
    token_type: 'bearer',
    expires_in: pair.expiresIn,
  };
}

export function toLogin(pair: TokenPair, user: User): z.infer<typeof LoginAnswer> {
  return { ...toTokens(pair), user: toUser(user) };
}
