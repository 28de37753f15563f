import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startMailCatcher } from '../../apps/local/src/mail-catcher.ts';
import { startObjectStore } from '../../apps/local/src/object-store.ts';
import { freePort } from '../../apps/local/src/ports.ts';
import { type RazorpaySandbox, startRazorpaySandbox } from '../../apps/local/src/razorpay-sandbox/index.ts';
import { startSmsCatcher } from '../../apps/local/src/sms-catcher.ts';
import { type StripeSandbox, startStripeSandbox } from '../../apps/local/src/stripe-sandbox/index.ts';
import { createTestDatabase } from './database.ts';
import { eventually } from './eventually.ts';

const SECRETS = {
  stripeKey: 'sk_test_televisit',
  webhook: 'whsec_televisit',
  razorpayKeyId: 'rzp_test_televisit',
  razorpayKeySecret: 'razorpay-key-of-tests',
  razorpayWebhook: 'razorpay-webhook-of-tests',
  s3: 'televisit-test',
  twilioSid: 'AC00000000000000000000000000000000',
  twilioToken: 'televisit-test',
};

/** What a server needs around it, of its own: database, object storage, mail catcher, payment providers. */
export interface TestParts {
  readonly sandbox: StripeSandbox;
  /** Where payments in INR go. */
  readonly razorpay: RazorpaySandbox;
  /** The secret that the payment provider signs its webhooks with. */
  readonly webhookSecret: string;
  /** Where the caught mails and text messages are, one `.eml` file each. */
  readonly mailFolder: string;
  readonly databaseUrls: { readonly app: string; readonly owner: string; readonly superuser: string };
  /** The variables by which a server finds them all. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs SQL past every rule, for tests that prepare, look or tamper. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Waits until every job that is due has been done. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

/** @param port where the server that the provider sends its webhooks to will listen, on loopback. */
export async function startTestParts(port: number): Promise<TestParts> {
  const folder = await mkdtemp(join(tmpdir(), 'televisit-app-'));
  const url = `http://127.0.0.1:${port}`;
  const mailFolder = join(folder, 'mail');
  const keyFile = join(folder, 'token-signing-key.pem');
  await mkdir(mailFolder);
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const [database, objects, mail, sms, sandbox, razorpay] = await Promise.all([
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
    freePort().then((free) =>
      startSmsCatcher({
        port: free,
        folder: mailFolder,
        accountSid: SECRETS.twilioSid,
        authToken: SECRETS.twilioToken,
      }),
    ),
    startStripeSandbox({
      secretKey: SECRETS.stripeKey,
      webhookSecret: SECRETS.webhook,
      webhookUrl: `${url}/api/payments/webhooks/`,
    }),
    startRazorpaySandbox({
      keyId: SECRETS.razorpayKeyId,
      keySecret: SECRETS.razorpayKeySecret,
      webhookSecret: SECRETS.razorpayWebhook,
      webhookUrl: `${url}/api/payments/webhooks/`,
    }),
  ]);
  const admin = new pg.Pool({ connectionString: database.superuserUrl, max: 2 });
  const sql: TestParts['sql'] = async (text, values) => (await admin.query(text, values)).rows;

  return {
    sandbox,
    razorpay,
    webhookSecret: SECRETS.webhook,
    mailFolder,
    databaseUrls: { app: database.url, owner: database.ownerUrl, superuser: database.superuserUrl },
    environment: {
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
      TWILIO_API_URL: sms.url,
      TWILIO_ACCOUNT_SID: SECRETS.twilioSid,
      TWILIO_AUTH_TOKEN: SECRETS.twilioToken,
      TWILIO_FROM: '+15005550006',
      STRIPE_SECRET_KEY: SECRETS.stripeKey,
      STRIPE_PUBLISHABLE_KEY: sandbox.publishableKey,
      STRIPE_WEBHOOK_SECRETS: SECRETS.webhook,
      STRIPE_API_URL: sandbox.url,
      RAZORPAY_KEY_ID: SECRETS.razorpayKeyId,
      RAZORPAY_KEY_SECRET: SECRETS.razorpayKeySecret,
      RAZORPAY_WEBHOOK_SECRETS: SECRETS.razorpayWebhook,
      RAZORPAY_API_URL: razorpay.url,
      TOKEN_SIGNING_KEY_FILE: keyFile,
      // The last of a test's visits is as good as the first.
      MAX_UNPAID_HOLDS: '1000',
      // Tests meet in visits of the coming days; when a visit opens is no-show.spec's.
      VISIT_OPENS_MINUTES: String(60 * 24 * 60),
      FIELD_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    },
    sql,
    drained: () => drained(sql),
    async close() {
      await Promise.all([
        objects.close(),
        mail.close(),
        sms.close(),
        sandbox.close(),
        razorpay.close(),
        admin.end(),
      ]);
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function drained(sql: TestParts['sql']): Promise<void> {
  await eventually(async () => {
    const [row] = await sql<{ waiting: string }>(
      `select count(*) as waiting from pgboss.job
       where state in ('created', 'retry', 'active') and start_after <= now() and name not like '\\_\\_%' and name <> 'dead-letters'`,
    );
    return row?.waiting === '0';
  }, 'the jobs are done');
}
