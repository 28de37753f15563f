import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { newId } from '#kernel';
import type { Config } from '#platform';
import { DerivedSecrets } from './derived-secrets.ts';

const withKey = (byte: number) =>
  new DerivedSecrets({
    env: { FIELD_ENCRYPTION_KEY: Buffer.alloc(32, byte).toString('base64') },
  } as Config);

describe('derived secrets', () => {
  const secrets = withKey(1);

  it('are the same for an id in each process, and others under another key', () => {
    const id = newId();
    expect(withKey(1).code(id)).toBe(secrets.code(id));
    expect(withKey(1).token(id)).toBe(secrets.token(id));
    expect(withKey(2).token(id)).not.toBe(secrets.token(id));
    expect(withKey(2).hash('x')).not.toEqual(secrets.hash('x'));
  });

  it('are six digits, each about as often as the next', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 5_000; i += 1) {
      const code = secrets.code(newId());
      expect(code).toMatch(/^\d{6}$/);
      for (const digit of code) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    for (const count of counts.values()) expect(Math.abs(count - 3_000)).toBeLessThan(400);
  });

  it('tell the right code from every other', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.string({ maxLength: 12 }), (id, guess) => {
        expect(secrets.isCode(id, secrets.code(id))).toBe(true);
        expect(secrets.isCode(id, guess)).toBe(guess === secrets.code(id));
      }),
    );
  });

  it('lead from a token back to its id, and from nothing else to anything', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(47), fc.integer({ min: 1, max: 255 }), (id, place, change) => {
        const token = secrets.token(id);
        expect(secrets.idOf(token)).toBe(id);
        const bytes = Buffer.from(token, 'base64url');
        bytes[place] = (bytes[place] ?? 0) ^ change;
        expect(secrets.idOf(bytes.toString('base64url'))).toBeNull();
      }),
    );
    fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => secrets.idOf(text) === null));
  });
});
