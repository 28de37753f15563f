import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file with a key of its own, for a configuration that no server runs with. */
export async function temporarySigningKey(): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'televisit-key-')), 'key.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return file;
}
