import { conflict, forbidden, unauthenticated } from '#kernel';

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
