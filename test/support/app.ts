import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Jobs, loadConfig } from '#platform';
import { createApp } from '../../apps/api/src/create-app.ts';
import { freePort } from '../../apps/local/src/ports.ts';
import { Client } from './client.ts';
import { startTestParts, type TestParts } from './parts.ts';

export { eventually } from './eventually.ts';

/** A whole server on a real port, with a database and outside parts of its own. */
export interface TestServer extends TestParts {
  readonly url: string;
  /** A caller who is not logged in. */
  client(): Client;
}

/** The server inside the test's own process, so that a test can reach into it. */
export interface TestApp extends TestServer {
  readonly nest: NestFastifyApplication;
  /** Lets the job of a schedule run now, and waits until everything that follows is done. */
  onSchedule(queueName: string): Promise<void>;
}

export async function startTestApp(overrides: Record<string, string> = {}): Promise<TestApp> {
  const port = await freePort();
  const parts = await startTestParts(port);
  const url = `http://127.0.0.1:${port}`;
  // A server that does not start leaves nothing behind that would keep the test's process alive.
  const nest = await start({ ...parts.environment, ...overrides }).catch(async (error: unknown) => {
    await parts.close();
    throw error;
  });

  return {
    ...parts,
    url,
    nest,
    client: () => new Client(url),
    async onSchedule(queueName) {
      await nest.get(Jobs).boss.send(queueName, {});
      await parts.drained();
    },
    async close() {
      await nest.close();
      await parts.close();
    },
  };
}

async function start(environment: Record<string, string>): Promise<NestFastifyApplication> {
  const nest = await createApp(loadConfig(environment));
  try {
    await nest.listen(Number(environment['PORT']), '127.0.0.1');
    return nest;
  } catch (error) {
    await nest.close();
    throw error;
  }
}
