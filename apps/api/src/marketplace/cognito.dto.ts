import { z } from 'zod';
import type { AuthorizationRequest } from '#auth';
import { TimeZone } from '../http/fields.ts';

export const CognitoCallback = z
  .object({
    code: z.string().min(1).max(2048).describe('What the hosted login added to the redirect.'),
    code_verifier: z
      .string()
      .regex(/^[\w.~-]{43,128}$/, 'The PKCE code verifier: 43 to 128 unreserved characters (RFC 7636).'),
    redirect_uri: z.url().max(2048).describe('The same as in the authorization request.'),
    nonce: z.string().min(1).max(512).optional().describe('Required if the authorization request had one.'),
    time_zone: TimeZone.default('UTC').describe('For an account that this login opens.'),
  })
  .transform(({ code_verifier, redirect_uri, time_zone, ...rest }) => ({
    ...rest,
    codeVerifier: code_verifier,
    redirectUri: redirect_uri,
    timeZone: time_zone,
  }));

export const CognitoAuthorizationAnswer = z
  .object({
    authorization_endpoint: z.url(),
    client_id: z.string(),
    scope: z.string(),
    code_challenge_method: z.literal('S256'),
  })
  .meta({ id: 'CognitoAuthorization' });

export function toAuthorization(request: AuthorizationRequest): z.infer<typeof CognitoAuthorizationAnswer> {
  return {
    authorization_endpoint: request.authorizationUrl,
    client_id: request.clientId,
    scope: request.scope,
    code_challenge_method: 'S256',
  };
}
