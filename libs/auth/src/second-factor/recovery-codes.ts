import { randomInt } from 'node:crypto';

/** How many codes a set has. */
const RECOVERY_CODES = 10;
const LENGTH = 10;
/** Without the letters and digits that look alike on paper. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Codes for the day on which the authenticator is lost: 49 bits each, in two groups. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const signs = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    return `${signs.slice(0, LENGTH / 2)}-${signs.slice(LENGTH / 2)}`;
  });
}

/** A code as it is hashed, however it was typed. */
export function normalizedRecoveryCode(code: string): string {
  return code.toLowerCase().replaceAll(/[\s-]/g, '');
}
