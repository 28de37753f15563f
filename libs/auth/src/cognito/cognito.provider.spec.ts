import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import type { Config, Log } from '#platform';
import { CognitoProvider } from './cognito.provider.ts';
import type { CognitoTokens } from './cognito-tokens.ts';

const CODE = { code: 'c', codeVerifier: 'v'.repeat(43), redirectUri: 'https://app.test/done', nonce: 'n' };
const PERSON = { issuer: 'i', subject: 's', verifiedEmail: null, firstName: 'A', lastName: 'B' };

describe('the hosted login', () => {
  let answer: RequestListener;
  const seen: { headers: IncomingMessage['headers']; form: Record<string, string> }[] = [];
  const logged: object[] = [];
  const server = createServer(async (request, response) => {
    seen.push({
      headers: request.headers,
      form: Object.fromEntries(new URLSearchParams(await text(request))),
    });
    answer(request, response);
  });
  const json =
    (status: number, body: unknown): RequestListener =>
    (_, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  after(() => server.close());

  function provider(env: object = {}): CognitoProvider {
    const { port } = server.address() as AddressInfo;
    const config = {
      env: {
        COGNITO_CLIENT_ID: 'web',
        COGNITO_ISSUER: 'https://pool.test',
        COGNITO_DOMAIN: `http://127.0.0.1:${port}`,
        ...env,
      },
    };
    const tokens: Pick<CognitoTokens, 'verifyLogin'> = { verifyLogin: async () => PERSON };
    const log: Pick<Log, 'warn'> = { warn: (fields) => void logged.push(fields) };
    return new CognitoProvider(config as unknown as Config, tokens as CognitoTokens, log as Log);
  }

  it('trades a code with its verifier', async () => {
    answer = json(200, { access_token: 'a', id_token: 'i', token_type: 'Bearer' });
    expect(await provider().redeem(CODE)).toEqual(PERSON);
    const { headers, form } = seen.at(-1) ?? {};
    expect(form).toEqual({
      grant_type: 'authorization_code',
      client_id: 'web',
      code: 'c',
      code_verifier: CODE.codeVerifier,
      redirect_uri: 'https://app.test/done',
    });
    expect(headers).toMatchObject({ 'content-type': expect.stringContaining('x-www-form-urlencoded') });
    expect(headers?.authorization).toBeUndefined();
  });

  it('shows the client’s secret in the header, encoded', async () => {
    answer = json(200, { access_token: 'a', id_token: 'i' });
    await provider({ COGNITO_CLIENT_SECRET: 's:/ %é' }).redeem(CODE);
    const { authorization = '' } = seen.at(-1)?.headers ?? {};
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toBe(
      'web:s%3A%2F+%25%C3%A9',
    );
  });

  it('tells a refused code from a provider that does not do its part', async () => {
    for (const [given, code] of [
      [json(400, { error: 'invalid_grant' }), 'cognito_code_rejected'],
      [json(400, { error: 'invalid_request' }), 'cognito_code_rejected'],
      [json(401, { error: 'invalid_client' }), 'cognito_unavailable'],
      [json(200, { access_token: 'a' }), 'cognito_unavailable'],
      [json(500, {}), 'cognito_unavailable'],
      [(_, response) => response.writeHead(502).end('<html>'), 'cognito_unavailable'],
      [(_, response) => response.writeHead(307, { location: '/elsewhere' }).end(), 'cognito_unavailable'],
      [(request) => request.socket.destroy(), 'cognito_unavailable'],
    ] satisfies [RequestListener, string][]) {
      answer = given;
      const logs = logged.length;
      await expect(provider().redeem(CODE)).rejects.toMatchObject({ code });
      // A code that is refused is the caller's affair; anything else is an operator's.
      expect(logged.length - logs).toBe(code === 'cognito_unavailable' ? 1 : 0);
    }
    expect(JSON.stringify(logged)).not.toContain(CODE.codeVerifier);
  });

  it('is not offered without a pool or a domain', async () => {
    const none = provider({ COGNITO_CLIENT_ID: undefined });
    expect(() => none.authorization()).toThrow(expect.objectContaining({ code: 'cognito_not_configured' }));
    await expect(none.redeem(CODE)).rejects.toMatchObject({ code: 'cognito_not_configured' });
    const bearerOnly = provider({ COGNITO_DOMAIN: undefined });
    expect(() => bearerOnly.authorization()).toThrow('does not offer');
    await expect(bearerOnly.redeem(CODE)).rejects.toMatchObject({ kind: 'not_found' });
  });
});
