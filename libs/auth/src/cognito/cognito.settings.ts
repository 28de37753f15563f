import { ConfigError, type Environment } from '#platform';

/** What the server knows of the Cognito user pool, or of another OpenID provider in its place. */
export interface CognitoSettings {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly clientId: string;
  /** Left out for a public client. */
  readonly clientSecret?: string;
  /** Where a browser logs in; `null` without a hosted login. */
  readonly authorizationUrl: string | null;
  /** Where a code is traded for tokens; `null` without a hosted login. */
  readonly tokenUrl: string | null;
}

/**
 * `null` when no client is named: the server then knows its own issuer only.
 * @throws ConfigError for a client without a pool, and for an address that is not https (http is for loopback).
 */
export function cognitoSettings(env: Environment): CognitoSettings | null {
  if (!env.COGNITO_CLIENT_ID) return null;
  const issuer = env.COGNITO_ISSUER ?? poolIssuer(env);
  const domain = env.COGNITO_DOMAIN?.replace(/\/$/, '');
  return {
    issuer,
    jwksUrl: secure('COGNITO_JWKS_URL', env.COGNITO_JWKS_URL ?? `${issuer}/.well-known/jwks.json`),
    clientId: env.COGNITO_CLIENT_ID,
    clientSecret: env.COGNITO_CLIENT_SECRET,
    authorizationUrl: domain ? secure('COGNITO_DOMAIN', `${domain}/oauth2/authorize`) : null,
    tokenUrl: tokenUrl(env.COGNITO_TOKEN_URL, domain),
  };
}

function poolIssuer({ COGNITO_REGION: region, COGNITO_USER_POOL_ID: pool }: Environment): string {
  if (region && pool) return `https://cognito-idp.${region}.amazonaws.com/${pool}`;
  throw new ConfigError([
    'COGNITO_CLIENT_ID: needs COGNITO_REGION and COGNITO_USER_POOL_ID, or COGNITO_ISSUER, beside it',
  ]);
}

function tokenUrl(given: string | undefined, domain: string | undefined): string | null {
  if (given) return secure('COGNITO_TOKEN_URL', given);
  return domain ? secure('COGNITO_DOMAIN', `${domain}/oauth2/token`) : null;
}

/** Who can change the keys on their way here can log in as anybody. */
function secure(variable: string, url: string): string {
  const { protocol, hostname } = new URL(url);
  const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (protocol === 'https:' || (protocol === 'http:' && loopback)) return url;
  throw new ConfigError([`${variable}: ${url} must be https; http is for loopback`]);
}
