import { KeptPorts, LOOPBACK } from './ports.ts';
import { placePostgres } from './postgres/place.ts';
import { startPostgres, urlFor } from './postgres/postgres.ts';
import { APP_ROLE, DATABASE, ensureDatabase, OWNER_ROLE } from './postgres/roles.ts';
import type { LocalSecrets } from './secrets.ts';
import type { LocalSettings } from './settings.ts';

type Variables = Record<string, string>;

/** An embedded part that runs, and the variables by which the api finds it. */
interface RunningPart {
  variables: Variables;
  stop(): Promise<void>;
  /** Resolves to the reason when the part ends by itself. */
  ended?: Promise<string>;
}

export interface Parts {
  variables: Variables;
  /** Resolves to the reason when a part that the api cannot do without ends by itself. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

/** One embedded part. It is not started when the operator has set one of the variables. */
interface PartDefinition {
  name: string;
  replacedBy: string[];
  start(port: number, settings: LocalSettings, secrets: LocalSecrets): Promise<RunningPart>;
}

const BUCKET = 'televisit';

// PostgreSQL is the first to start and the slowest to be ready; the modules of the others are loaded while
// it starts.
const definitions: PartDefinition[] = [
  {
    name: 'postgres',
    replacedBy: ['DATABASE_URL'],
    async start(port, { folder }, secrets) {
      const server = await startPostgres({
        place: await placePostgres(folder),
        port,
        superuserPassword: secrets.postgresPassword,
        durable: true,
      });
      await ensureDatabase(server.superuserUrl, { owner: secrets.ownerPassword, app: secrets.appPassword });
      const url = (user: string, password: string) => urlFor({ user, password, port, database: DATABASE });
      return {
        variables: {
          DATABASE_URL: url(APP_ROLE, secrets.appPassword),
          DATABASE_OWNER_URL: url(OWNER_ROLE, secrets.ownerPassword),
        },
        stop: () => server.stop(),
        ended: server.exited.then((code) => `PostgreSQL ended (exit code ${code}).`),
      };
    },
  },
  {
    name: 'objects',
    replacedBy: ['S3_ENDPOINT', 'S3_BUCKET'],
    async start(port, { folder }, { s3AccessKeyId, s3SecretAccessKey }) {
      const { startObjectStore } = await import('./object-store.ts');
      const store = await startObjectStore({
        port,
        folder: folder.objects,
        bucket: BUCKET,
        accessKeyId: s3AccessKeyId,
        secretAccessKey: s3SecretAccessKey,
      });
      return {
        variables: {
          S3_ENDPOINT: store.url,
          S3_REGION: 'us-east-1',
          S3_BUCKET: BUCKET,
          S3_ACCESS_KEY_ID: s3AccessKeyId,
          S3_SECRET_ACCESS_KEY: s3SecretAccessKey,
        },
        stop: () => store.close(),
      };
    },
  },
  {
    name: 'mail',
    replacedBy: ['SMTP_URL'],
    async start(port, { folder }) {
      const { startMailCatcher } = await import('./mail-catcher.ts');
      const catcher = await startMailCatcher({ port, folder: folder.mail });
      return {
        variables: { SMTP_URL: catcher.url, MAIL_SPOOL_DIR: folder.mail },
        stop: () => catcher.close(),
      };
    },
  },
  {
    name: 'sms',
    replacedBy: ['TWILIO_ACCOUNT_SID'],
    async start(port, { folder }, { twilioAccountSid, twilioAuthToken }) {
      const { startSmsCatcher } = await import('./sms-catcher.ts');
      const catcher = await startSmsCatcher({
        port,
        folder: folder.mail,
        accountSid: twilioAccountSid,
        authToken: twilioAuthToken,
      });
      return {
        variables: {
          TWILIO_API_URL: catcher.url,
          TWILIO_ACCOUNT_SID: twilioAccountSid,
          TWILIO_AUTH_TOKEN: twilioAuthToken,
          TWILIO_FROM: '+15005550006',
        },
        stop: () => catcher.close(),
      };
    },
  },
  {
    name: 'payments',
    replacedBy: ['STRIPE_SECRET_KEY', 'STRIPE_API_URL'],
    async start(port, { folder, port: apiPort }, secrets) {
      const { startStripeSandbox } = await import('./stripe-sandbox/index.ts');
      const sandbox = await startStripeSandbox({
        port,
        stateFile: folder.payments,
        secretKey: secrets.stripeSecretKey,
        publishableKey: secrets.stripePublishableKey,
        webhookSecret: secrets.stripeWebhookSecret,
        webhookUrl: `http://${LOOPBACK}:${apiPort}/api/payments/webhooks/`,
      });
      return {
        variables: {
          STRIPE_API_URL: sandbox.url,
          STRIPE_SECRET_KEY: secrets.stripeSecretKey,
          STRIPE_PUBLISHABLE_KEY: secrets.stripePublishableKey,
          STRIPE_WEBHOOK_SECRETS: secrets.stripeWebhookSecret,
        },
        stop: () => sandbox.close(),
      };
    },
  },
  {
    name: 'razorpay',
    // Who takes payments with a Stripe of their own has no use for a Razorpay that takes no money.
    replacedBy: ['RAZORPAY_KEY_ID', 'RAZORPAY_API_URL', 'STRIPE_SECRET_KEY', 'STRIPE_API_URL'],
    async start(port, { folder, port: apiPort }, secrets) {
      const { startRazorpaySandbox } = await import('./razorpay-sandbox/index.ts');
      const sandbox = await startRazorpaySandbox({
        port,
        stateFile: folder.razorpay,
        keyId: secrets.razorpayKeyId,
        keySecret: secrets.razorpayKeySecret,
        webhookSecret: secrets.razorpayWebhookSecret,
        webhookUrl: `http://${LOOPBACK}:${apiPort}/api/payments/webhooks/razorpay/`,
      });
      return {
        variables: {
          RAZORPAY_API_URL: sandbox.url,
          RAZORPAY_KEY_ID: secrets.razorpayKeyId,
          RAZORPAY_KEY_SECRET: secrets.razorpayKeySecret,
          RAZORPAY_WEBHOOK_SECRETS: secrets.razorpayWebhookSecret,
        },
        stop: () => sandbox.close(),
      };
    },
  },
];

/**
 * Starts the embedded parts side by side, except those that the operator has replaced.
 * @throws the first problem, after the parts that did start have been stopped
 */
export async function startParts(settings: LocalSettings, secrets: LocalSecrets): Promise<Parts> {
  const wanted = definitions.filter(
    ({ replacedBy }) => !replacedBy.some((name) => settings.environment[name]),
  );
  const ports = await KeptPorts.load(settings.folder.ports);
  const starts: Promise<RunningPart>[] = [];
  for (const part of wanted) starts.push(part.start(await ports.take(part.name), settings, secrets));
  const results = await Promise.allSettled(starts);
  await ports.save();
  const running = results.filter((result) => result.status === 'fulfilled').map((result) => result.value);
  const stop = async () => {
    await Promise.all(running.map((part) => part.stop()));
  };
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return {
    variables: Object.assign({}, ...running.map((part) => part.variables)),
    ended: Promise.race(running.map((part) => part.ended ?? new Promise<string>(() => undefined))),
    stop,
  };
}
