import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '#platform';

const CODES = 1_000_000;
const ID_BYTES = 16;

/**
 * Secrets that are computed from an id and a key and so stand nowhere, neither in a table nor in a job: who
 * reads the database learns none of them (docs/decisions/0020-codes-that-are-not-stored.md).
 */
@Injectable()
export class DerivedSecrets {
  readonly #key: Buffer;

  constructor(config: Config) {
    const key = Buffer.from(config.env.FIELD_ENCRYPTION_KEY, 'base64');
    this.#key = Buffer.from(hkdfSync('sha256', key, '', 'televisit one-time secrets', 32));
  }

  /** The six digits that belong to a row. */
  code(id: string): string {
    // 48 bits over a million: no digit is measurably likelier than another.
    return String(this.#mac('code', id).readUIntBE(0, 6) % CODES).padStart(6, '0');
  }

  isCode(id: string, code: string): boolean {
    return same(Buffer.from(this.code(id)), Buffer.from(code));
  }

  /** What a link carries for a row: its id, and the proof that we made it. */
  token(id: string): string {
    return Buffer.concat([bytesOf(id), this.#mac('token', id)]).toString('base64url');
  }

  /** The id in a token that we made, or `null`. */
  idOf(token: string): string | null {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length <= ID_BYTES) return null;
    const hex = bytes.toString('hex', 0, ID_BYTES);
    const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    return same(bytes.subarray(ID_BYTES), this.#mac('token', id)) ? id : null;
  }

  /** A hash that cannot be tried out without the key, for secrets that are short enough to guess. */
  hash(text: string): Buffer {
    return this.#mac('hash', text);
  }

  #mac(purpose: string, text: string): Buffer {
    return createHmac('sha256', this.#key).update(`${purpose}:${text}`).digest();
  }
}

function bytesOf(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

function same(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
