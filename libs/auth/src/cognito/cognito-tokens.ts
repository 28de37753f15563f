import { Injectable } from '@nestjs/common';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import { decodeJwt } from 'jose';
import { DomainError } from '#kernel';
import { Config } from '#platform';
import {
  accessTokenRequired,
  cognitoNotConfigured,
  cognitoTokensRejected,
  cognitoUnavailable,
  tokenExpired,
  tokenInvalid,
} from '../auth.errors.ts';
import { type CognitoSettings, cognitoSettings } from './cognito.settings.ts';

const KEYS_TIMEOUT_MS = 5000;

/** Who somebody is at another issuer. */
interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

export interface IdentityToken extends Identity {
  readonly issuedAt: Temporal.Instant;
}

/** What a login at the user pool tells of the person. */
export interface IdentityClaims extends Identity {
  /** `null` unless the pool has verified the address. */
  readonly verifiedEmail: string | null;
  readonly firstName: string;
  readonly lastName: string;
}

/** Without these a token is not one of a person, or not one that ends. */
type Claims = JwtPayload & Required<Pick<JwtPayload, 'sub' | 'iat' | 'exp'>>;

/** Checks the tokens that a Cognito user pool signed. */
@Injectable()
export class CognitoTokens {
  readonly #settings: CognitoSettings | null;
  #library: ReturnType<CognitoTokens['load']> | undefined;

  constructor(config: Config) {
    this.#settings = cognitoSettings(config.env);
  }

  /** Whether the token says that it comes from the user pool. Nothing of it has been checked then. */
  isOfPool(token: string): boolean {
    if (!this.#settings) return false;
    try {
      return decodeJwt(token).iss === this.#settings.issuer;
    } catch {
      return false;
    }
  }

  /**
   * Accepts access tokens of our client only. An ID token tells a client who logged in and is no key to an API.
   * @throws unauthenticated `token_invalid`, `token_expired`, `access_token_required`; unavailable `cognito_unavailable`
   */
  async verifyAccess(token: string): Promise<IdentityToken> {
    const { clientId, issuer } = this.#configured();
    const { validateCognitoJwtFields, errors } = await this.#loaded();
    try {
      const claims = await this.#verified(token, null);
      validateCognitoJwtFields(claims, { tokenUse: 'access', clientId });
      const { sub, iat } = claims;
      return { issuer, subject: sub, issuedAt: Temporal.Instant.fromEpochMilliseconds(iat * 1000) };
    } catch (error) {
      if (error instanceof DomainError) throw error;
      if (error instanceof errors.JwtExpiredError) throw tokenExpired();
      throw error instanceof errors.CognitoJwtInvalidTokenUseError ? accessTokenRequired() : tokenInvalid();
    }
  }

  /**
   * Who has logged in, by the two tokens that a code was traded for.
   * @param nonce what the client sent with its authorization request, if it sent one.
   * @throws unauthenticated `cognito_tokens_rejected`; unavailable `cognito_unavailable`
   */
  async verifyLogin(tokens: { id: string; access: string }, nonce?: string): Promise<IdentityClaims> {
    const { clientId, issuer } = this.#configured();
    try {
      const { subject } = await this.verifyAccess(tokens.access);
      // OpenID Connect Core 1.0, section 3.1.3.7.
      const claims = await this.#verified(tokens.id, clientId);
      const { sub, azp = clientId } = claims;
      if (sub !== subject || azp !== clientId) throw cognitoTokensRejected();
      if (nonce !== undefined && claims['nonce'] !== nonce) throw cognitoTokensRejected();
      return { issuer, subject, ...personOf(claims) };
    } catch (error) {
      throw error instanceof DomainError && error.kind === 'unavailable' ? error : cognitoTokensRejected();
    }
  }

  async #verified(token: string, audience: string | null): Promise<Claims> {
    const { verifier, errors } = await this.#loaded();
    try {
      const payload = await verifier.verify(token, { audience });
      if (!isComplete(payload)) throw tokenInvalid();
      return payload;
    } catch (error) {
      const keysAreMissing =
        error instanceof errors.FetchError ||
        error instanceof errors.WaitPeriodNotYetEndedJwkError ||
        error instanceof errors.JwksValidationError;
      throw keysAreMissing ? cognitoUnavailable() : error;
    }
  }

  #configured(): CognitoSettings {
    if (!this.#settings) throw cognitoNotConfigured();
    return this.#settings;
  }

  /** The library is loaded with the first token, since most servers never see one. */
  #loaded(): ReturnType<CognitoTokens['load']> {
    this.#library ??= this.load();
    return this.#library;
  }

  private async load() {
    const { issuer, jwksUrl } = this.#configured();
    const [{ JwtVerifier }, { SimpleJwksCache }, { validateCognitoJwtFields }, errors] = await Promise.all([
      import('aws-jwt-verify'),
      import('aws-jwt-verify/jwk'),
      import('aws-jwt-verify/cognito-verifier'),
      import('aws-jwt-verify/error'),
    ]);
    // The library's own fetcher knows https only; a pool on loopback speaks http.
    const fetcher = {
      fetch: async (url: string) => {
        try {
          const signal = AbortSignal.timeout(KEYS_TIMEOUT_MS);
          const response = await fetch(url, { redirect: 'error', signal });
          if (!response.ok) throw new Error(`status ${response.status}`);
          return await response.arrayBuffer();
        } catch (error) {
          throw new errors.FetchError(url, error);
        }
      },
    };
    const verifier = JwtVerifier.create(
      { issuer, jwksUri: jwksUrl },
      { jwksCache: new SimpleJwksCache({ fetcher }) },
    );
    return { verifier, validateCognitoJwtFields, errors };
  }
}

function isComplete(payload: JwtPayload): payload is Claims {
  return Boolean(payload.sub) && payload.iat !== undefined && payload.exp !== undefined;
}

function personOf(claims: Claims): Omit<IdentityClaims, keyof Identity> {
  const email = text(claims['email']).toLowerCase();
  // A pool that federates writes the flag as text.
  const verified = claims['email_verified'] === true || claims['email_verified'] === 'true';
  const [first = '', ...others] = text(claims['name']).split(/\s+/);
  return {
    verifiedEmail: email && verified ? email : null,
    firstName: (text(claims['given_name']) || first || email.split('@', 1).join()).slice(0, 100),
    lastName: (text(claims['family_name']) || others.join(' ')).slice(0, 100),
  };
}

function text(claim: unknown): string {
  return typeof claim === 'string' ? claim.trim() : '';
}
