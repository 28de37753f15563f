import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** How many messages stay in the folder. */
const KEPT = 500;

/**
 * Keeps a message (RFC 5322) that was caught instead of delivered, as `<time>-<id>.eml`: sorting the names
 * sorts the messages by age.
 */
export async function keepMessage(message: Readable, folder: string): Promise<void> {
  // No colon: the name must be good on every file system.
  const time = Temporal.Now.instant().toString({ smallestUnit: 'millisecond' }).replaceAll(/[-:.]/g, '');
  const name = `${time}-${randomUUID().slice(0, 8)}.eml`;
  // Readers look for *.eml, so they never see half a message.
  await pipeline(message, createWriteStream(join(folder, `${name}.part`), { mode: 0o600 }));
  await rename(join(folder, `${name}.part`), join(folder, name));
  const messages = (await readdir(folder)).filter((file) => file.endsWith('.eml')).sort();
  for (const old of messages.slice(0, -KEPT)) await rm(join(folder, old), { force: true });
}
