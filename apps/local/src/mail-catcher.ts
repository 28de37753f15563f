import { SMTPServer } from 'smtp-server';
import { keepMessage } from './caught-messages.ts';
import { LOOPBACK } from './ports.ts';

export interface MailCatcher {
  url: string;
  close(): Promise<void>;
}

/** An SMTP server on loopback that delivers nothing: each message becomes a file in the folder. */
export async function startMailCatcher(options: { port: number; folder: string }): Promise<MailCatcher> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, done) {
      keepMessage(stream, options.folder).then(
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
