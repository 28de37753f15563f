import { createHash, randomBytes } from 'node:crypto';

/**
 * A join token: 256 random bits that admit one user to one room once. It is told to the client and never
 * stored; only its hash is.
 */
export function newJoinToken(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 of the token: enough for random tokens, which cannot be guessed from a dictionary. */
export function hashJoinToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
