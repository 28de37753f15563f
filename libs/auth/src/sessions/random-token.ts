import { createHash, randomBytes } from 'node:crypto';

/** A token that nobody can guess. The server keeps its hash only. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
