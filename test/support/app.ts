import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database, loadConfig } from '#platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { createApp } from '../../apps/api/src/create-app.ts';
import { startMailCatcher } from '../../apps/local/src/mail-catcher.ts';
import { startObjectStore } from '../../apps/local/src/object-store.ts';
import { freePort } from '../../apps/local/src/ports.ts';
import { startStripeSandbox, type StripeSandbox } from '../../apps/local/src/stripe-sandbox/index.ts';
import { Client } from './client.ts';
import { createTestDatabase } from './database.ts';

const SECRETS = { stripeKey: 'sk_test_televisit', webhook: 'whsec_televisit', s3: 'televisit-test' };

/** The whole server on a real port, with a database and outside parts of its own. */
export interface TestApp {
  readonly url: string;
  readonly nest: NestFastifyApplication;
  readonly sandbox: StripeSandbox;
  /** The secret that the payment provider signs its webhooks with. */
  readonly webhookSecret: string;
  /** Where the caught mails are, one `.eml` file each. */
  readonly mailFolder: string;
  readonly databaseUrls: { readonly app: string; readonly owner: string; readonly superuser: string };
  /** A caller who is not logged in. */
  client(): Client;
  /** Runs SQL past every rule, for tests that prepare, look or tamper. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Waits until every job that is due has been done. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

export async function startTestApp(overrides: Record<string, string> = {}): Promise<TestApp> {
  const folder = await mkdtemp(join(tmpdir(), 'televisit-app-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const mailFolder = join(folder, 'mail');
  const keyFile = join(folder, 'token-signing-key.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const [database, objects, mail, sandbox] = await Promise.all([
    createTestDatabase(),
    freePort().then((free) =>
      startObjectStore({
        port: free,
        folder: join(folder, 'objects'),
        bucket: 'televisit',
        accessKeyId: SECRETS.s3,
        secretAccessKey: SECRETS.s3,
      }),
    ),
    freePort().then((free) => startMailCatcher({ port: free, folder: mailFolder })),
    startStripeSandbox({
      secretKey: SECRETS.stripeKey,
      webhookSecret: SECRETS.webhook,
      webhookUrl: `${url}/api/payments/webhooks/`,
    }),
  ]);
  const config = loadConfig({
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: String(port),
    BASE_URL: url,
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
    RUN_JOBS: '1',
    DATABASE_URL: database.url,
    DATABASE_POOL_SIZE: '10',
    S3_ENDPOINT: objects.url,
    S3_ACCESS_KEY_ID: SECRETS.s3,
    S3_SECRET_ACCESS_KEY: SECRETS.s3,
    SMTP_URL: mail.url,
    MAIL_SPOOL_DIR: mailFolder,
    STRIPE_SECRET_KEY: SECRETS.stripeKey,
    STRIPE_WEBHOOK_SECRETS: SECRETS.webhook,
    STRIPE_API_URL: sandbox.url,
    TOKEN_SIGNING_KEY_FILE: keyFile,
    FIELD_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    ...overrides,
  });
  const nest = await createApp(config);
  await nest.listen(port, '127.0.0.1');
  const admin = new pg.Pool({ connectionString: database.superuserUrl, max: 2 });
  const sql: TestApp['sql'] = async (text, values) => (await admin.query(text, values)).rows;

  return {
    url,
    nest,
    sandbox,
    webhookSecret: SECRETS.webhook,
    mailFolder,
    databaseUrls: { app: database.url, owner: database.ownerUrl, superuser: database.superuserUrl },
    client: () => new Client(url),
    sql,
    drained: () => drained(sql),
    async close() {
      await nest.close();
      await Promise.all([objects.close(), mail.close(), sandbox.close(), admin.end()]);
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** How long a test waits for a fact before it gives up. */
const PATIENCE_MS = 20_000;

async function drained(sql: TestApp['sql']): Promise<void> {
  await eventually(async () => {
    const [row] = await sql<{ waiting: string }>(
      `select count(*) as waiting from pgboss.job
       where state in ('created', 'retry', 'active') and start_after <= now() and name not like '\\_\\_%' and name <> 'dead-letters'`,
    );
    return row?.waiting === '0';
  }, 'the jobs are done');
}

/** Waits until `fact` holds. */
export async function eventually(fact: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await fact())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function databaseOf(app: TestApp): Database {
  return app.nest.get(Database);
}
