import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Config, Log } from '#platform';
import { cognitoCodeRejected, cognitoNotConfigured, cognitoUnavailable } from '../auth.errors.ts';
import { type CognitoSettings, cognitoSettings } from './cognito.settings.ts';
import { CognitoTokens, type IdentityClaims } from './cognito-tokens.ts';

const EXCHANGE_TIMEOUT_MS = 10_000;
const SCOPE = 'openid email profile';

/** What a client needs to send a browser to the hosted login. PKCE is always asked for. */
export interface AuthorizationRequest {
  readonly authorizationUrl: string;
  readonly clientId: string;
  readonly scope: string;
}

/** What the hosted login gave the client, and what the client kept since it sent the browser there. */
export interface AuthorizationCode {
  readonly code: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly nonce?: string;
}

const TokenAnswer = z.object({ access_token: z.string(), id_token: z.string() });

/** RFC 6749, section 5.2: what the client is to blame for; any other refusal is about our own set-up. */
const CODE_ERRORS = ['invalid_grant', 'invalid_request'];
const TokenError = z.object({ error: z.string() });

/** The hosted login of a Cognito user pool: the authorization code flow with PKCE. */
@Injectable()
export class CognitoProvider {
  readonly #settings: CognitoSettings | null;

  constructor(
    config: Config,
    private readonly tokens: CognitoTokens,
    private readonly log: Log,
  ) {
    this.#settings = cognitoSettings(config.env);
  }

  /** @throws not_found `cognito_not_configured` */
  authorization(): AuthorizationRequest {
    if (!this.#settings?.authorizationUrl) throw cognitoNotConfigured();
    const { authorizationUrl, clientId } = this.#settings;
    return { authorizationUrl, clientId, scope: SCOPE };
  }

  /**
   * Trades a code for tokens and tells who has logged in. A code works once.
   * @throws not_found `cognito_not_configured`; unauthenticated `cognito_code_rejected`,
   *   `cognito_tokens_rejected`; unavailable `cognito_unavailable`
   */
  async redeem(code: AuthorizationCode): Promise<IdentityClaims> {
    if (!this.#settings?.tokenUrl) throw cognitoNotConfigured();
    const { status, body } = await this.#exchange(this.#settings, this.#settings.tokenUrl, code);
    const answer = TokenAnswer.safeParse(body);
    if (status === 200 && answer.success) {
      const { id_token, access_token } = answer.data;
      return this.tokens.verifyLogin({ id: id_token, access: access_token }, code.nonce);
    }
    const error = TokenError.safeParse(body).data?.error;
    if (error && CODE_ERRORS.includes(error)) throw cognitoCodeRejected();
    this.log.warn({ status, code: error }, 'the login provider does not do its part');
    throw cognitoUnavailable();
  }

  async #exchange(
    { clientId, clientSecret }: CognitoSettings,
    tokenUrl: string,
    { code, codeVerifier, redirectUri }: AuthorizationCode,
  ): Promise<{ status: number; body: unknown }> {
    try {
      const response = await fetch(tokenUrl, {
        method: 'POST',
        headers: clientSecret ? { authorization: basic(clientId, clientSecret) } : {},
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: clientId,
          code,
          code_verifier: codeVerifier,
          redirect_uri: redirectUri,
        }),
        redirect: 'error',
        signal: AbortSignal.timeout(EXCHANGE_TIMEOUT_MS),
      });
      const text = await response.text();
      return { status: response.status, body: parsed(text) };
    } catch (error) {
      this.log.warn({ error }, 'the login provider does not answer');
      throw cognitoUnavailable();
    }
  }
}

/** RFC 6749, section 2.3.1: both parts are form-encoded before they are joined. */
function basic(id: string, secret: string): string {
  const [user, password] = [id, secret].map((part) => new URLSearchParams([['', part]]).toString().slice(1));
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
