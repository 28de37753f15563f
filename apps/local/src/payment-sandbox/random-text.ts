import { randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Letters and digits that nobody can guess. */
export function randomText(length: number): string {
  let text = '';
  while (text.length < length) text += ALPHABET[randomInt(ALPHABET.length)];
  return text;
}

/** Seconds since 1970: every time on the providers' wires. */
export function unixNow(): number {
  return Math.floor(Temporal.Now.instant().epochMilliseconds / 1000);
}
