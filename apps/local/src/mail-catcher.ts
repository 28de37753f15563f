import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { LOOPBACK } from './ports.ts';

/** How many messages stay in the folder. */
const KEPT = 500;

export interface MailCatcher {
  url: string;
  close(): Promise<void>;
}

/**
 * An SMTP server on loopback that delivers nothing: each message becomes `<time>-<id>.eml` in the folder,
 * so that sorting the names sorts the messages by age.
 */
export async function startMailCatcher(options: { port: number; folder: string }): Promise<MailCatcher> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, done) {
      store(stream, options.folder).then(
        () => done(),
        (error: Error) => done(error),
      );
    },
  });
  // A client that breaks off its connection is its own affair.
  server.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port, LOOPBACK, resolve);
  });
  return {
    url: `smtp://${LOOPBACK}:${options.port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function store(stream: SMTPServerDataStream, folder: string): Promise<void> {
  // No colon: the name must be good on every file system.
  const time = Temporal.Now.instant().toString({ smallestUnit: 'millisecond' }).replaceAll(/[-:.]/g, '');
  const name = `${time}-${randomUUID().slice(0, 8)}.eml`;
  // Readers look for *.eml, so they never see half a message.
  await pipeline(stream, createWriteStream(join(folder, `${name}.part`), { mode: 0o600 }));
  await rename(join(folder, `${name}.part`), join(folder, name));
  const messages = (await readdir(folder)).filter((file) => file.endsWith('.eml')).sort();
  for (const old of messages.slice(0, -KEPT)) await rm(join(folder, old), { force: true });
}
