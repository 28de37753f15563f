import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { errors, exportJWK, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import { Clock } from '#kernel';
import { Config } from '#platform';
import { tokenExpired, tokenInvalid } from '../auth.errors.ts';

/** How long an access token works, in seconds. */
export const ACCESS_TOKEN_SECONDS = 900;

const REMEMBERED_TOKENS = 10_000;

export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
}

/** Our own issuer: signs short-lived access tokens and publishes the key they are checked with. */
@Injectable()
export class TokenIssuer {
  readonly issuer: string;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #algorithm: 'EdDSA' | 'ES256';
  readonly #keyId: string;
  /** Tokens whose signature was found right, oldest first: checking it again is a fifth of a read's CPU time. */
  readonly #verified = new Map<string, AccessClaims & { readonly expiresAt: number }>();

  constructor(
    config: Config,
    private readonly clock: Clock,
  ) {
    this.issuer = config.env.BASE_URL;
    this.#privateKey = createPrivateKey(config.tokenSigningKey);
    this.#publicKey = createPublicKey(this.#privateKey);
    this.#algorithm = this.#privateKey.asymmetricKeyType === 'ed25519' ? 'EdDSA' : 'ES256';
    const der = this.#publicKey.export({ type: 'spki', format: 'der' });
    this.#keyId = createHash('sha256').update(der).digest('base64url').slice(0, 16);
  }

  async issue({ userId, sessionId }: AccessClaims): Promise<string> {
    const now = Math.floor(this.clock.now().epochMilliseconds / 1000);
    return new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: this.#algorithm, kid: this.#keyId })
      .setIssuer(this.issuer)
      .setSubject(userId)
      .setIssuedAt(now)
      .setExpirationTime(now + ACCESS_TOKEN_SECONDS)
      .sign(this.#privateKey);
  }

  /** @throws unauthenticated `token_invalid`, `token_expired` */
  async verify(token: string): Promise<AccessClaims> {
    const known = this.#verified.get(token);
    if (known && known.expiresAt * 1000 > this.clock.now().epochMilliseconds) return known;
    this.#verified.delete(token);
    try {
      const { payload } = await jwtVerify(token, this.#publicKey, {
        issuer: this.issuer,
        algorithms: [this.#algorithm],
        currentDate: new Date(this.clock.now().epochMilliseconds),
        requiredClaims: ['sub', 'sid', 'exp'],
      });
      const claims = {
        userId: String(payload.sub),
        sessionId: String(payload.sid),
        expiresAt: Number(payload.exp),
      };
      this.#remember(token, claims);
      return claims;
    } catch (error) {
      throw error instanceof errors.JWTExpired ? tokenExpired() : tokenInvalid();
    }
  }

  #remember(token: string, claims: AccessClaims & { readonly expiresAt: number }): void {
    const [oldest] = this.#verified.keys();
    if (this.#verified.size >= REMEMBERED_TOKENS && oldest !== undefined) this.#verified.delete(oldest);
    this.#verified.set(token, claims);
  }

  /** The public key, as other services fetch it (RFC 7517). */
  async jwks(): Promise<JSONWebKeySet> {
    const jwk = await exportJWK(this.#publicKey);
    return { keys: [{ ...jwk, kid: this.#keyId, alg: this.#algorithm, use: 'sig' }] };
  }
}
