import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../apps/local/src/ports.ts';
import { own } from '../../apps/local/src/postgres/place.ts';
import { startPostgres } from '../../apps/local/src/postgres/postgres.ts';

/**
 * Starts one throw-away PostgreSQL for a whole test run and sets TEST_POSTGRES_URL (superuser, database
 * `postgres`), which the test processes inherit. Uses the server that TEST_POSTGRES_URL already names, if
 * any. Its files are removed at the end, even when the run is killed.
 */
export async function startPostgresForTests(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env.TEST_POSTGRES_URL;
  if (given) return { url: given, stop: async () => undefined };
  const place = await own(await mkdtemp(join(tmpdir(), 'televisit-test-')));
  const server = await startPostgres({
    place,
    port: await freePort(),
    superuserPassword: randomBytes(16).toString('hex'),
    durable: false,
    removeAfter: true,
    settings: { max_connections: '200' },
  });
  process.env.TEST_POSTGRES_URL = server.superuserUrl;
  return { url: server.superuserUrl, stop: () => server.stop() };
}
