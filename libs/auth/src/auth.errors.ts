import { conflict, DomainError, forbidden, unauthenticated, unavailable } from '#kernel';

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

export const accessTokenRequired = () =>
  unauthenticated('access_token_required', 'This is not an access token. Send the access token.');
export const identityNotLinked = () =>
  unauthenticated('identity_not_linked', 'No account is linked to this login. Complete the login first.');
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
