import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import type { Config } from '#platform';
import { CognitoTokens } from './cognito-tokens.ts';

const ISSUER = 'https://pool.test';
const CLIENT = 'web';
const KEY_ID = 'k1';

describe('the tokens of a user pool', async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const { privateKey: strangersKey } = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' }] };
  const publish: RequestListener = (_, response) => response.end(JSON.stringify(jwks));
  let answerKeys = publish;
  const server = createServer((request, response) => answerKeys(request, response));
  let tokens: CognitoTokens;

  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  after(() => server.close());
  beforeEach(() => {
    answerKeys = publish;
    const { port } = server.address() as AddressInfo;
    const env = {
      COGNITO_CLIENT_ID: CLIENT,
      COGNITO_ISSUER: ISSUER,
      COGNITO_JWKS_URL: `http://127.0.0.1:${port}/keys`,
    };
    tokens = new CognitoTokens({ env } as unknown as Config);
  });

  const now = Math.floor(Date.now() / 1000);
  const ACCESS = {
    iss: ISSUER,
    sub: 'somebody',
    client_id: CLIENT,
    token_use: 'access',
    iat: now,
    exp: now + 600,
  };
  const ID = {
    iss: ISSUER,
    sub: 'somebody',
    aud: CLIENT,
    token_use: 'id',
    iat: now,
    exp: now + 600,
    email: 'Some.Body@Example.test',
    email_verified: true,
  };
  const sign = (claims: JWTPayload, key = privateKey, kid = KEY_ID) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
  const access = async (change: object = {}) => tokens.verifyAccess(await sign({ ...ACCESS, ...change }));
  const login = async (change: object = {}, nonce?: string) =>
    tokens.verifyLogin({ id: await sign({ ...ID, ...change }), access: await sign(ACCESS) }, nonce);

  it('are told from others by their issuer', async () => {
    expect(tokens.isOfPool(await sign(ACCESS))).toBe(true);
    expect(tokens.isOfPool(await sign({ ...ACCESS, iss: 'https://other.test' }))).toBe(false);
    expect(tokens.isOfPool('no.token.at-all')).toBe(false);
    const unconfigured = new CognitoTokens({ env: {} } as unknown as Config);
    expect(unconfigured.isOfPool(await sign(ACCESS))).toBe(false);
  });

  it('name who they are of and when they were made', async () => {
    expect(await access()).toEqual({
      issuer: ISSUER,
      subject: 'somebody',
      issuedAt: Temporal.Instant.fromEpochMilliseconds(now * 1000),
    });
  });

  for (const [what, code, change] of [
    ['an ID token', 'access_token_required', { token_use: 'id', aud: CLIENT }],
    ['a token that does not say what it is for', 'access_token_required', { token_use: undefined }],
    ['a token of another client', 'token_invalid', { client_id: 'another' }],
    ['a token without a client', 'token_invalid', { client_id: undefined }],
    ['a token of another issuer', 'token_invalid', { iss: `${ISSUER}/` }],
    ['a token that has ended', 'token_expired', { exp: now - 1 }],
    ['a token that never ends', 'token_invalid', { exp: undefined }],
    ['a token that does not say when it was made', 'token_invalid', { iat: undefined }],
    ['a token of nobody', 'token_invalid', { sub: undefined }],
    ['a token for later', 'token_invalid', { nbf: now + 600 }],
  ] as const) {
    it(`do not include ${what}`, async () => {
      await expect(access(change)).rejects.toMatchObject({ kind: 'unauthenticated', code });
    });
  }

  it('are refused when a stranger signed them, or nobody', async () => {
    const forged = [
      await sign(ACCESS, strangersKey),
      await sign(ACCESS, privateKey, 'unknown-key'),
      new UnsecuredJWT(ACCESS).encode(),
      await new SignJWT(ACCESS)
        .setProtectedHeader({ alg: 'HS256', kid: KEY_ID })
        .sign(Buffer.from(JSON.stringify(jwks.keys[0]))),
    ];
    for (const token of forged) {
      await expect(tokens.verifyAccess(token)).rejects.toMatchObject({ code: 'token_invalid' });
    }
  });

  it('cannot be judged while the keys cannot be had, and can again afterwards', async () => {
    for (const answer of [
      ((_, response) => response.writeHead(500).end()) as RequestListener,
      ((_, response) =>
        response.writeHead(302, { location: 'https://elsewhere.test/' }).end()) as RequestListener,
      ((_, response) => response.end('<html>')) as RequestListener,
      ((request) => request.socket.destroy()) as RequestListener,
    ]) {
      answerKeys = answer;
      await expect(access()).rejects.toMatchObject({ kind: 'unavailable', code: 'cognito_unavailable' });
    }
    answerKeys = publish;
    expect(await access()).toMatchObject({ subject: 'somebody' });
  });

  it('tell who logged in', async () => {
    expect(await login({ given_name: ' Ada ', family_name: 'Lovelace' })).toEqual({
      issuer: ISSUER,
      subject: 'somebody',
      verifiedEmail: 'some.body@example.test',
      firstName: 'Ada',
      lastName: 'Lovelace',
    });
    expect(await login({ name: 'Ada King Lovelace' })).toMatchObject({
      firstName: 'Ada',
      lastName: 'King Lovelace',
    });
    expect(await login()).toMatchObject({ firstName: 'some.body', lastName: '' });
  });

  it('vouch for an address only when they say so', async () => {
    const verified = async (change: object) => (await login(change)).verifiedEmail;
    expect(await verified({ email_verified: 'true' })).toBe('some.body@example.test');
    for (const email_verified of [false, 'false', undefined, 1, 'yes']) {
      expect(await verified({ email_verified })).toBeNull();
    }
    expect(await verified({ email: undefined })).toBeNull();
  });

  for (const [what, change, nonce] of [
    ['is for another client', { aud: 'another' }, undefined],
    ['was made at the wish of another client', { aud: [CLIENT, 'another'], azp: 'another' }, undefined],
    ['is of somebody else than the access token', { sub: 'another' }, undefined],
    ['has another nonce', { nonce: 'other' }, 'mine'],
    ['has no nonce though one was sent', {}, 'mine'],
    ['has ended', { exp: now - 1 }, undefined],
  ] as const) {
    it(`are refused for a login when the ID token ${what}`, async () => {
      await expect(login(change, nonce)).rejects.toMatchObject({ code: 'cognito_tokens_rejected' });
    });
  }

  it('are refused for a login when they are swapped, or the nonce is right and the rest is not', async () => {
    expect(await login({ nonce: 'mine' }, 'mine')).toMatchObject({ subject: 'somebody' });
    const pair = { id: await sign(ACCESS), access: await sign(ID) };
    await expect(tokens.verifyLogin(pair)).rejects.toMatchObject({ code: 'cognito_tokens_rejected' });
  });
});
