import {
  conflict,
  DomainError,
  forbidden,
  gone,
  invalid,
  rateLimited,
  unauthenticated,
  unavailable,
} from '#kernel';
import type { Weakness } from './passwords/password-strength.ts';

export const emailTaken = () =>
  conflict('email_taken', 'An account with this e-mail address already exists.');
export const wrongCredentials = () =>
  unauthenticated('wrong_credentials', 'The e-mail address or the password is wrong.');
export const notLoggedIn = () => unauthenticated('not_authenticated', 'Log in first.');
export const tokenInvalid = () => unauthenticated('token_invalid', 'The access token is not valid.');
export const tokenExpired = () =>
  unauthenticated('token_expired', 'The access token has expired. Refresh it.');
export const sessionEnded = () => unauthenticated('session_ended', 'This session has ended. Log in again.');
export const refreshTokenInvalid = () =>
  unauthenticated('refresh_token_invalid', 'The refresh token is not valid.');
export const refreshTokenReused = () =>
  unauthenticated(
    'refresh_token_reused',
    'This refresh token was used before, so the session has been ended. Log in again.',
  );
export const accountDisabled = () => forbidden('account_disabled', 'This account is disabled.');

export const secondFactorRequired = () =>
  forbidden(
    'second_factor_required',
    'Administrators need a second factor. Set it up at /api/auth/second-factor/ first.',
  );

export const phoneInvalid = () =>
  invalid('phone_invalid', 'There is no such phone number. Send it with its country, as +33612345678.');
export const phoneMissing = () => invalid('phone_missing', 'The profile has no phone number. Send one.');
export const alreadyVerified = (channel: 'phone' | 'email') =>
  conflict(
    `${channel}_already_verified`,
    channel === 'phone' ? 'This phone number is verified.' : 'This e-mail address is verified.',
  );
export const smsNotConfigured = () =>
  unavailable('sms_not_configured', 'This server cannot send text messages.');
export const tooManyCodes = (wait: Temporal.Duration) =>
  rateLimited('too_many_codes', 'Too many codes. Wait before you ask again.', retryAfter(wait));
export const tooManyGuesses = (wait: Temporal.Duration) =>
  rateLimited('too_many_guesses', 'Too many wrong codes. Wait before you try again.', retryAfter(wait));
/** @param attemptsLeft how often another code may be tried, where that is known */
export const codeWrong = (attemptsLeft?: number) =>
  invalid(
    'code_wrong',
    'This is not the right code.',
    attemptsLeft === undefined ? {} : { attempts_left: attemptsLeft },
  );
export const codeVoid = () => gone('code_void', 'There is no code that could be used. Ask for a new one.');

const WEAK_PASSWORD: Readonly<Record<Weakness, string>> = {
  too_short: 'This password is too short: it needs ten characters.',
  common: 'This password is too easy to guess: many people use it.',
  monotonous: 'This password is too easy to guess: it has too few different characters.',
  personal: 'This password is too easy to guess: it says little but your name or e-mail address.',
};
export const passwordTooWeak = (reason: Weakness) =>
  invalid('password_too_weak', WEAK_PASSWORD[reason], { reason });
export const passwordNotSet = () =>
  conflict('password_not_set', 'This account signs in at the login provider and has no password here.');
export const resetLinkVoid = () =>
  gone('reset_link_void', 'This link was used before or is too old. Ask for a new one.');

export const secondFactorEnabled = () =>
  conflict('second_factor_enabled', 'The second factor is on. Turn it off first.');
export const secondFactorNotEnabled = () =>
  conflict('second_factor_not_enabled', 'The second factor is not on.');
export const secondFactorNotBegun = () => conflict('second_factor_not_begun', 'Begin with a secret first.');
export const challengeEnded = () =>
  unauthenticated('challenge_ended', 'This login took too long or too many codes. Log in again.');

export const accessTokenRequired = () =>
  unauthenticated('access_token_required', 'This is not an access token. Send the access token.');
export const identityNotLinked = () =>
  unauthenticated('identity_not_linked', 'No account is linked to this login. Complete the login first.');
export const identityUnlinked = () =>
  forbidden('identity_unlinked', 'The owner of the account lets nobody in this way. Log in another way.');
export const lastWayIn = () =>
  conflict('last_way_in', 'There is no other way to log in to this account. It has no password.');
export const emailUnverified = () =>
  conflict(
    'email_unverified',
    'The login provider has not verified the e-mail address. Verify it there first.',
  );
export const cognitoNotConfigured = () =>
  new DomainError('not_found', 'cognito_not_configured', 'This server does not offer a login with Cognito.');
export const cognitoUnavailable = () =>
  unavailable('cognito_unavailable', 'The login provider does not answer. Try again.');
export const cognitoCodeRejected = () =>
  unauthenticated('cognito_code_rejected', 'The login provider refused the code. Start the login again.');
export const cognitoTokensRejected = () =>
  unauthenticated(
    'cognito_tokens_rejected',
    'The answer of the login provider is not for this login. Start the login again.',
  );

function retryAfter(wait: Temporal.Duration) {
  return { retry_after: Math.ceil(wait.total('seconds')) };
}
