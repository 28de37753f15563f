import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../apps/local/src/ports.ts';
import { eventually } from './app.ts';

/** The code that every sign-up is confirmed with. */
const CONFIRMATION_CODE = '424242';
export const POOL_PASSWORD = 'Correct-horse-7';

interface PoolTokens {
  readonly AccessToken: string;
  readonly IdToken: string;
  readonly RefreshToken: string;
}

/** A Cognito user pool with two clients, in a process of its own. */
export interface CognitoLocal {
  readonly url: string;
  readonly issuer: string;
  readonly poolId: string;
  readonly clientId: string;
  readonly otherClientId: string;
  /** Signs up and confirms a person who has not proved their e-mail address unless `verified`. */
  signUp(email: string, options?: { verified: boolean }): Promise<{ subject: string }>;
  /** Tokens for a password, as an app that talks to the pool itself gets them. */
  tokens(email: string, clientId?: string): Promise<PoolTokens>;
  call(action: string, input: object): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function startCognitoLocal(redirectUri: string): Promise<CognitoLocal> {
  const folder = await mkdtemp(join(tmpdir(), 'televisit-cognito-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = createRequire(import.meta.url).resolve('cognito-local/lib/bin/start.js');
  // The pipe closes when this process ends in whatever way, and the server with it.
  const server = spawn(
    process.execPath,
    ['-e', `process.stdin.resume().once('end', () => process.exit()); require(${JSON.stringify(program)});`],
    {
      cwd: folder,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), CODE: CONFIRMATION_CODE },
    },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));

  async function call(action: string, input: object): Promise<Record<string, unknown>> {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${action}`,
      },
      body: JSON.stringify(input),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${action} failed: ${text}`);
    return JSON.parse(text);
  }

  await eventually(
    () =>
      fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
    'cognito-local answers',
  );
  const created = await call('CreateUserPool', { PoolName: 'televisit', UsernameAttributes: ['email'] });
  const { Id: poolId } = created['UserPool'] as { Id: string };
  const newClient = async (): Promise<string> => {
    const answer = await call('CreateUserPoolClient', {
      UserPoolId: poolId,
      ClientName: 'televisit',
      CallbackURLs: [redirectUri],
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      TokenValidityUnits: { IdToken: 'hours' },
    });
    return (answer['UserPoolClient'] as { ClientId: string }).ClientId;
  };
  const clientId = await newClient();

  return {
    url,
    issuer: `${url}/${poolId}`,
    poolId,
    clientId,
    otherClientId: await newClient(),
    async signUp(email, { verified } = { verified: true }) {
      const user = { ClientId: clientId, Username: email };
      const answer = await call('SignUp', {
        ...user,
        Password: POOL_PASSWORD,
        UserAttributes: [{ Name: 'email', Value: email }],
      });
      await call('ConfirmSignUp', { ...user, ConfirmationCode: CONFIRMATION_CODE });
      if (verified) {
        await call('AdminUpdateUserAttributes', {
          UserPoolId: poolId,
          Username: email,
          UserAttributes: [
            { Name: 'email', Value: email },
            { Name: 'email_verified', Value: 'true' },
          ],
        });
      }
      return { subject: answer['UserSub'] as string };
    },
    async tokens(email, client = clientId) {
      const answer = await call('InitiateAuth', {
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: client,
        AuthParameters: { USERNAME: email, PASSWORD: POOL_PASSWORD },
      });
      return answer['AuthenticationResult'] as PoolTokens;
    },
    call,
    async close() {
      server.stdin.end();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
