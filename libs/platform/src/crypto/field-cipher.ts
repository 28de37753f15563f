import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';

const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts health text at rest: AES-256-GCM, with the place the text belongs to (`encounters:<id>`) bound
 * in as associated data, so that a value moved to another row does not open there.
 *
 * Layout: version (1 byte), IV (12), tag (16), ciphertext.
 */
@Injectable()
export class FieldCipher {
  readonly #key: Buffer;

  constructor(config: Config) {
    this.#key = Buffer.from(config.env.FIELD_ENCRYPTION_KEY, 'base64');
  }

  encrypt(text: string, place: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(place));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), body]);
  }

  decrypt(sealed: Uint8Array, place: string): string {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (bytes[0] !== VERSION) throw new Error(`Unknown encryption version ${bytes[0]}.`);
    const tagStart = 1 + IV_BYTES;
    const bodyStart = tagStart + TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(1, tagStart))
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(tagStart, bodyStart));
    return decipher.update(bytes.subarray(bodyStart), undefined, 'utf8') + decipher.final('utf8');
  }

  encryptJson(value: object, place: string): Buffer {
    return this.encrypt(JSON.stringify(value), place);
  }

  decryptJson<T extends object>(sealed: Uint8Array, place: string): T {
    return JSON.parse(this.decrypt(sealed, place)) as T;
  }
}
