import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isCurrency, type Money, money } from '#kernel';

const flag = z.enum(['0', '1']).transform((value) => value === '1');
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

/** `EUR:4900,INR:199900`: minor units by currency. */
const prices = list
  .pipe(z.array(z.string().regex(/^[A-Z]{3}:[1-9]\d{0,7}$/)).min(1))
  .transform((items) => items.map((item) => ({ currency: item.slice(0, 3), amount: Number(item.slice(4)) })))
  .refine((items) => items.every(({ currency }) => isCurrency(currency)), {
    error: 'names an unknown currency',
  })
  .transform((items) => items.map(({ currency, amount }) => money(amount, currency)));

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Every environment variable that the server reads, with its default. README and operations.md list the same. */
const Environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(0).max(65535).default(8000),
  BASE_URL: z.url().default('http://localhost:8000'),
  ALLOWED_ORIGINS: list.default(['*']),
  TRUST_PROXY_HOPS: z.coerce.number().int().min(0).default(0),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).optional(),
  RATE_LIMITS: flag.optional(),
  /** How many visits an account may hold at a time without having paid for them. */
  MAX_UNPAID_HOLDS: z.coerce.number().int().min(1).default(5),
  METRICS_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  RUN_JOBS: flag.optional(),
  SEED_DEMO: flag.default(false),

  DATA_DIR: z.string().default('.data'),
  DATABASE_URL: z.url(),
  DATABASE_OWNER_URL: z.url().optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).default(20),
  REDIS_URL: z.url().optional(),

  S3_ENDPOINT: z.url().optional(),
  S3_PUBLIC_URL: z.url().optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_BUCKET: z.string().default('televisit'),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),

  SMTP_URL: z.url(),
  MAIL_FROM: z.string().default('Televisit <no-reply@televisit.test>'),
  MAIL_SPOOL_DIR: z.string().optional(),

  TWILIO_ACCOUNT_SID: z.string().optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  /** The number, or the messaging service (`MG…`), that text messages come from. */
  TWILIO_FROM: z.string().optional(),
  TWILIO_API_URL: z.url().default('https://api.twilio.com'),

  /** The VAPID key pair that browsers know this server by, base64url (RFC 8292). */
  WEB_PUSH_PUBLIC_KEY: z.base64url().optional(),
  WEB_PUSH_PRIVATE_KEY: z.base64url().optional(),
  /** The origin of a push service that may be on a private network: for tests. */
  WEB_PUSH_TEST_SERVICE: z.url().optional(),

  STRIPE_SECRET_KEY: z.string().min(1),
  STRIPE_PUBLISHABLE_KEY: z.string().default('pk_test_televisit'),
  STRIPE_WEBHOOK_SECRETS: list,
  STRIPE_API_URL: z.url().optional(),

  /** Without a key, everything is paid with Stripe. */
  RAZORPAY_KEY_ID: z.string().min(1).optional(),
  RAZORPAY_KEY_SECRET: z.string().min(1).optional(),
  RAZORPAY_WEBHOOK_SECRETS: list.default([]),
  /** The currencies that are paid with Razorpay, where there is a key. */
  RAZORPAY_CURRENCIES: list.default(['INR']),
  /** For how many days after an order was made Razorpay takes what is paid for it; later it gives it back. */
  RAZORPAY_CAPTURE_DAYS: z.coerce.number().int().min(1).max(5).default(3),
  /** Doctors are paid out by Razorpay Route what is paid there in INR; otherwise by Stripe. */
  RAZORPAY_PAYOUTS: flag.default(true),
  RAZORPAY_API_URL: z.url().optional(),

  /** How long a payment provider may take to answer, and is left alone after it has stopped answering. */
  PAYMENT_PROVIDER_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(10_000),
  /** How long what payment providers sent is kept after it was processed. */
  WEBHOOK_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
  /** What a month of Pro costs, in each currency that it is sold in; the first where no other fits. */
  PRO_PLAN_PRICES: prices.optional(),
  PLATFORM_COMMISSION_PERCENT: z.coerce.number().min(0).max(100).default(15),

  /** Who issues receipts and invoices, as tax law asks; the lines of the address are separated by commas. */
  SELLER_NAME: z.string().optional(),
  SELLER_ADDRESS: list.default([]),
  SELLER_TAX_ID: z.string().optional(),
  /** Where a paper's day, and its year of numbers, begin. */
  SELLER_TIME_ZONE: z.string().default('UTC').refine(isTimeZone, { error: 'is not an IANA time zone' }),
  /** The tax that is in what patients pay, and in the commission. */
  VISIT_TAX_PERCENT: z.coerce.number().min(0).max(100).default(0),
  COMMISSION_TAX_PERCENT: z.coerce.number().min(0).max(100).default(0),

  HEALTH_RECORD_RETENTION_YEARS: z.coerce.number().int().min(1).max(100).default(10),

  TOKEN_SIGNING_KEY_FILE: z.string(),
  FIELD_ENCRYPTION_KEY: z.base64().refine((key) => Buffer.from(key, 'base64').length === 32, {
    error: 'must be 32 bytes in base64',
  }),

  /** Whether an administrator needs a second factor; in production by default. */
  ADMIN_SECOND_FACTOR: z.enum(['required', 'optional']).optional(),
  /** The page that the link in a password mail leads to; the server's own by default. */
  PASSWORD_RESET_URL: z.url().optional(),

  COGNITO_REGION: z.string().optional(),
  COGNITO_USER_POOL_ID: z.string().optional(),
  COGNITO_CLIENT_ID: z.string().optional(),
  COGNITO_CLIENT_SECRET: z.string().optional(),
  /** Overrides for a pool that is not at AWS (cognito-local, another OIDC provider). */
  COGNITO_ISSUER: z.url().optional(),
  COGNITO_JWKS_URL: z.url().optional(),
  COGNITO_TOKEN_URL: z.url().optional(),
  COGNITO_DOMAIN: z.url().optional(),

  /** When both may enter the call of a visit: from so many minutes before its start until so many after its end. */
  VISIT_OPENS_MINUTES: z.coerce.number().int().min(0).default(15),
  VISIT_CLOSES_MINUTES: z.coerce.number().int().min(0).default(30),

  /** How often each signalling connection is pinged; one that has not answered is dropped at the next ping. */
  RTC_PING_SECONDS: z.coerce.number().int().min(1).max(60).default(25),
  TURN_URLS: list.default([]),
  TURN_SECRET: z.string().optional(),
});

export type Environment = z.infer<typeof Environment>;

const DEVELOPMENT_PRICES = [money(4900, 'EUR'), money(4900, 'USD'), money(199900, 'INR')];

/** The configuration of one process: the parsed environment and what follows from it. */
export class Config {
  readonly production: boolean;
  /** The PKCS#8 PEM private key that signs access tokens. */
  readonly tokenSigningKey: string;

  constructor(readonly env: Environment) {
    this.production = env.NODE_ENV === 'production';
    this.tokenSigningKey = readFileSync(env.TOKEN_SIGNING_KEY_FILE, 'utf8');
  }

  /** Production tells every request; in development the terminal is for the developer. */
  get logLevel(): string {
    return this.env.LOG_LEVEL ?? (this.production ? 'info' : 'warn');
  }

  get adminsNeedSecondFactor(): boolean {
    return (this.env.ADMIN_SECOND_FACTOR ?? (this.production ? 'required' : 'optional')) === 'required';
  }

  get passwordResetUrl(): string {
    return this.env.PASSWORD_RESET_URL ?? new URL('/reset-password', this.env.BASE_URL).href;
  }

  /** In production nothing is sold that nobody has set a price for. */
  get proPlanPrices(): readonly Money[] {
    return this.env.PRO_PLAN_PRICES ?? (this.production ? [] : DEVELOPMENT_PRICES);
  }

  /** Document 004: in development a client is not slowed down. */
  get limitsRates(): boolean {
    return this.env.RATE_LIMITS ?? this.production;
  }

  /** In development the api process runs the jobs too; in production a worker does. */
  get runsJobs(): boolean {
    return this.env.RUN_JOBS ?? !this.production;
  }
}

/** What is wrong with the configuration, one line each. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** @throws ConfigError naming every variable that is missing, malformed or unfit for production. */
export function loadConfig(source: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const problems = parsed.data.NODE_ENV === 'production' ? unfitForProduction(parsed.data) : [];
  if (problems.length > 0) throw new ConfigError(problems);
  try {
    return new Config(parsed.data);
  } catch (error) {
    throw new ConfigError([`TOKEN_SIGNING_KEY_FILE: ${(error as Error).message}`]);
  }
}

function unfitForProduction(env: Environment): string[] {
  const rules: [boolean, string][] = [
    [env.STRIPE_API_URL !== undefined, 'STRIPE_API_URL: the payments sandbox cannot serve production'],
    [!env.STRIPE_SECRET_KEY.startsWith('sk_live_'), 'STRIPE_SECRET_KEY: a live key is required'],
    [env.RAZORPAY_API_URL !== undefined, 'RAZORPAY_API_URL: the payments sandbox cannot serve production'],
    [
      !(env.RAZORPAY_KEY_ID?.startsWith('rzp_live_') ?? true),
      'RAZORPAY_KEY_ID: a live key is required, or none',
    ],
    [
      env.RAZORPAY_KEY_ID !== undefined &&
        (env.RAZORPAY_KEY_SECRET === undefined || env.RAZORPAY_WEBHOOK_SECRETS.length === 0),
      'RAZORPAY_KEY_SECRET and RAZORPAY_WEBHOOK_SECRETS: required with RAZORPAY_KEY_ID',
    ],
    [env.ALLOWED_ORIGINS.includes('*'), 'ALLOWED_ORIGINS: name the origins; * is for development'],
    [!env.BASE_URL.startsWith('https://'), 'BASE_URL: must be https'],
    [
      env.PASSWORD_RESET_URL?.startsWith('http://') ?? false,
      'PASSWORD_RESET_URL: must be https, for it carries a secret',
    ],
    [env.MAIL_SPOOL_DIR !== undefined, 'MAIL_SPOOL_DIR: /dev/mail is for development'],
    [!env.TWILIO_API_URL.startsWith('https://'), 'TWILIO_API_URL: must be https'],
    [
      (env.WEB_PUSH_PUBLIC_KEY === undefined) !== (env.WEB_PUSH_PRIVATE_KEY === undefined),
      'WEB_PUSH_PRIVATE_KEY and WEB_PUSH_PUBLIC_KEY: a pair, or neither',
    ],
    [env.WEB_PUSH_TEST_SERVICE !== undefined, 'WEB_PUSH_TEST_SERVICE: is for tests'],
    [
      env.REDIS_URL === undefined,
      'REDIS_URL: required, since the api and worker processes reach each other through it',
    ],
    [env.SELLER_NAME === undefined, 'SELLER_NAME: receipts and invoices name who issues them'],
    [env.SELLER_ADDRESS.length === 0, 'SELLER_ADDRESS: receipts and invoices name who issues them'],
    [env.RATE_LIMITS === false, 'RATE_LIMITS: production limits its callers'],
    [env.SEED_DEMO, 'SEED_DEMO: demo data is never put into production'],
    [
      env.VISIT_OPENS_MINUTES > 24 * 60,
      'VISIT_OPENS_MINUTES: a visit opens at most a day ahead; more is for development',
    ],
    [env.TURN_URLS.length > 0 && !env.TURN_SECRET, 'TURN_SECRET: required with TURN_URLS'],
    [
      env.TOKEN_SIGNING_KEY_FILE.startsWith(env.DATA_DIR),
      'TOKEN_SIGNING_KEY_FILE: a key generated under DATA_DIR is for development',
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, problem]) => problem);
}
