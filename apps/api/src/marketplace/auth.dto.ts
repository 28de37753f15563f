import { z } from 'zod';
import { type LoginChallenge, MIN_PASSWORD_LENGTH, type OpenedLogin, type TokenPair, type User } from '#auth';
import { ROLES } from '#kernel';
import { iso, isoOrNull, Language, Phone, RequiredText, Timestamp, TimeZone } from '../http/fields.ts';
import { IdentityStatus } from './identity-verification.dto.ts';

/** A new password. Whether it is easy to guess is found out further in: `password_too_weak`. */
export const NewPassword = z.string().min(MIN_PASSWORD_LENGTH).max(128);
/** One that is only compared: it may be older than the rules. */
export const GivenPassword = z.string().min(1).max(128);
export const Email = z.email().max(254).toLowerCase();

export const Register = z
  .object({
    email: Email,
    password: NewPassword,
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

export const LogIn = z.object({ email: Email, password: z.string().max(128) });

export const CompleteLogin = z
  .object({
    challenge_token: z.string().min(1).max(200),
    code: z.string().trim().min(1).max(40).describe('Of the authenticator, or a recovery code.'),
  })
  .transform(({ challenge_token, code }) => ({ challengeToken: challenge_token, code }));

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

export const UserAnswer = z
  .object({
    id: z.uuid(),
    email: z.email(),
    first_name: z.string(),
    last_name: z.string(),
    phone: z.string().nullable(),
    phone_verified: z.boolean(),
    phone_verified_at: Timestamp.nullable(),
    roles: z.array(z.enum(ROLES)),
    time_zone: z.string(),
    language: z.string(),
    status: z.enum(['active', 'disabled', 'erased']),
    email_verified: z.boolean(),
    email_verified_at: Timestamp.nullable(),
    second_factor: z.boolean().describe('Whether a login needs a code of the authenticator, too.'),
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

export const ChallengeAnswer = z
  .object({
    second_factor_required: z.literal(true),
    challenge_token: z.string().describe('For /api/auth/login/second-factor/, with a code.'),
    expires_in: z.int().describe('Seconds until the login has to begin again.'),
  })
  .meta({ id: 'LoginChallenge' });

/** A login that is complete, or that owes the second factor. */
export const LoginOrChallengeAnswer = z.union([LoginAnswer, ChallengeAnswer]);

export function toUser(user: User): z.infer<typeof UserAnswer> {
  return {
    id: user.id,
    email: user.email,
    first_name: user.firstName,
    last_name: user.lastName,
    phone: user.phone,
    phone_verified: user.phoneVerifiedAt !== null,
    phone_verified_at: isoOrNull(user.phoneVerifiedAt),
    roles: [...user.roles],
    time_zone: user.timeZone,
    language: user.language,
    status: user.status,
    email_verified: user.emailVerifiedAt !== null,
    email_verified_at: isoOrNull(user.emailVerifiedAt),
    second_factor: user.secondFactorSince !== null,
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

export function toChallenge({ challengeToken, expiresIn }: LoginChallenge): z.infer<typeof ChallengeAnswer> {
  return { second_factor_required: true, challenge_token: challengeToken, expires_in: expiresIn };
}

export function isChallenge(login: OpenedLogin | LoginChallenge): login is LoginChallenge {
  return 'challengeToken' in login;
}
