import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { exportJWK } from 'jose';
import { default as Provider } from 'oidc-provider';
import { freePort } from '../../apps/local/src/ports.ts';

const API = 'https://api.televisit.test';

/** How long whatever the provider makes is good for, in seconds. */
const LIFETIME = 600;

/** An OpenID provider whose login takes any name and password; `olivia` has olivia@example.test. */
export interface OpenIdProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  close(): Promise<void>;
}

export async function startOpenIdProvider(redirectUri: string): Promise<OpenIdProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  // A secret that shows whether it is encoded before it is sent.
  const client = { clientId: 'televisit web', clientSecret: 'a secret: 50% + more' };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = await exportJWK(privateKey);
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...key, kid: 'login', use: 'sig', alg: 'RS256' }] },
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    cookies: { keys: ['televisit'] },
    routes: {
      authorization: '/oauth2/authorize',
      token: '/oauth2/token',
      jwks: '/.well-known/jwks.json',
    },
    ttl: {
      AccessToken: LIFETIME,
      Grant: LIFETIME,
      IdToken: LIFETIME,
      Interaction: LIFETIME,
      Session: LIFETIME,
    },
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name'] },
    findAccount: (_context: unknown, name: string) => ({
      accountId: name,
      claims: () => ({
        sub: name,
        email: `${name}@example.test`,
        email_verified: true,
        given_name: 'Olivia',
        family_name: 'Idsdottir',
      }),
    }),
    extraTokenClaims: () => ({ token_use: 'access' }),
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'visits',
          accessTokenFormat: 'jwt',
          accessTokenTTL: LIFETIME,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  const server = createServer(provider.callback());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    issuer,
    ...client,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
