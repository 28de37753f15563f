import { argon2Sync } from 'node:crypto';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { hashPassword, verifyPassword } from './password.ts';

describe('password', () => {
  it('is kept as argon2id in PHC form, salted', async () => {
    const hashes = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(hashes[0]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it('matches itself and nothing else', async () => {
    const hash = await hashPassword('pässword ✓');
    expect(await verifyPassword('pässword ✓', hash)).toBe(true);
    expect(await verifyPassword('passwort ✓', hash)).toBe(false);
    expect(await verifyPassword('', hash)).toBe(false);
  });

  it('is checked with the cost that it was hashed with', async () => {
    const tag = argon2Sync('argon2id', {
      message: 'password',
      nonce: Buffer.from('somesalt'),
      memory: 256,
      passes: 1,
      parallelism: 1,
      tagLength: 32,
    });
    const hash = `$argon2id$v=19$m=256,t=1,p=1$c29tZXNhbHQ$${tag.toString('base64').replaceAll('=', '')}`;
    expect(await verifyPassword('password', hash)).toBe(true);
    expect(await verifyPassword('passwords', hash)).toBe(false);
  });

  it('never matches an account without one, or a hash that cannot be read', async () => {
    expect(await verifyPassword('anything', null)).toBe(false);
    expect(await verifyPassword('anything', '$2b$10$not-argon')).toBe(false);
  });
});
