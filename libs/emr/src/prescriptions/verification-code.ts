import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no letter that can be taken for another or for a digit. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 16;

/** Short enough to be typed from paper, and with 80 random bits not to be guessed. */
export function newVerificationCode(): string {
  return Array.from(randomBytes(LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

/** What a person typed, as it is kept: without groups, with look-alikes read as what they stand for. */
export function readVerificationCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

/** In groups of four, as it is printed. */
export function writeVerificationCode(code: string): string {
  return code.replaceAll(/(.{4})(?=.)/g, '$1-');
}
