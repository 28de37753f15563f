import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, loadConfig } from '#platform';
import { freePort } from '../apps/local/src/ports.ts';
import { createTestDatabase, prepareTemplate } from '../test/support/database.ts';
import { startPostgresForTests } from '../test/support/postgres-for-tests.ts';
import { fillDatabase, type Pair } from './cast.ts';
import { MeasuredProcess } from './measured-process.ts';

/** How long the server may take until it answers: ms. */
const START_LIMIT = 30_000;

/** The compiled server in a process of its own. */
interface Server<Cast> {
  readonly api: MeasuredProcess;
  readonly url: string;
  readonly webhookSecret: string;
  /** For another process beside it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Who is in the database. */
  readonly cast: Cast;
  stop(): Promise<void>;
}

/** A server on a throw-away database with people in it. */
export interface Stage extends Omit<Server<unknown>, 'cast'> {
  /** As the app role. */
  readonly databaseUrl: string;
  readonly superuserUrl: string;
  readonly pairs: readonly Pair[];
}

export async function openStage(): Promise<Stage> {
  const postgres = await startPostgresForTests();
  await prepareTemplate();
  const database = await createTestDatabase();
  const { cast, ...server } = await openServer(database.url, (config) =>
    fillDatabase(database.superuserUrl, config),
  );
  return {
    ...server,
    databaseUrl: database.url,
    superuserUrl: database.superuserUrl,
    pairs: cast,
    async stop() {
      await server.stop();
      await database.drop();
      await postgres.stop();
    },
  };
}

/**
 * Starts the server on a database.
 * @param fill is called before it: what it resolves to is the server's cast.
 * @param settings what it has beside the others' settings.
 */
export async function openServer<Cast>(
  databaseUrl: string,
  fill: (config: Config) => Promise<Cast>,
  settings: Readonly<Record<string, string>> = {},
): Promise<Server<Cast>> {
  const folder = await mkdtemp(join(tmpdir(), 'televisit-bench-'));
  const signingKey = join(folder, 'token-signing-key.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(signingKey, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const webhookSecret = 'whsec_bench';
  const nowhere = '127.0.0.1:9';
  const environment = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: String(port),
    BASE_URL: url,
    LOG_LEVEL: 'warn',
    // As in production, where a worker of its own does the jobs.
    RUN_JOBS: '0',
    // Few people book much.
    MAX_UNPAID_HOLDS: '1000000',
    DATABASE_URL: databaseUrl,
    // No measured path leaves the process but for PostgreSQL.
    S3_ENDPOINT: `http://${nowhere}`,
    S3_ACCESS_KEY_ID: 'bench',
    S3_SECRET_ACCESS_KEY: 'bench',
    SMTP_URL: `smtp://${nowhere}`,
    STRIPE_SECRET_KEY: 'sk_test_bench',
    STRIPE_API_URL: `http://${nowhere}`,
    STRIPE_WEBHOOK_SECRETS: webhookSecret,
    TOKEN_SIGNING_KEY_FILE: signingKey,
    FIELD_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    ...settings,
  };
  const cast = await fill(loadConfig(environment));
  const api = new MeasuredProcess('dist/apps/api/src/main.js', environment);
  await untilAlive(url);
  return {
    api,
    url,
    webhookSecret,
    environment,
    cast,
    async stop() {
      await api.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilAlive(url: string): Promise<void> {
  const limit = performance.now() + START_LIMIT;
  for (;;) {
    const alive = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (alive) return;
    if (performance.now() > limit) throw new Error(`The server does not answer at ${url}.`);
    await sleep(40);
  }
}
