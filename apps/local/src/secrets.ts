import { createECDH, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Keys and passwords of this installation, generated at the first start. */
export interface LocalSecrets {
  postgresPassword: string;
  ownerPassword: string;
  appPassword: string;
  s3AccessKeyId: string;
  s3SecretAccessKey: string;
  stripeSecretKey: string;
  stripePublishableKey: string;
  stripeWebhookSecret: string;
  razorpayKeyId: string;
  razorpayKeySecret: string;
  razorpayWebhookSecret: string;
  twilioAccountSid: string;
  twilioAuthToken: string;
  /** The VAPID key pair: a point on P-256 and its scalar, base64url. */
  webPushPublicKey: string;
  webPushPrivateKey: string;
  /** base64 of 32 bytes. */
  fieldEncryptionKey: string;
  /** A PKCS #8 PEM file with an Ed25519 key. */
  tokenSigningKeyFile: string;
}

/** Reads the secrets from their folder, generating what is missing. */
export async function loadSecrets(folder: string): Promise<LocalSecrets> {
  const secret = (name: string, make: () => string) => keep(join(folder, name), make);
  const hex = (bytes: number) => () => randomBytes(bytes).toString('hex');
  await secret('token-signing-key.pem', signingKey);
  const webPushPrivateKey = await secret('web-push-private-key', scalar);
  return {
    postgresPassword: await secret('postgres-password', hex(24)),
    ownerPassword: await secret('postgres-owner-password', hex(24)),
    appPassword: await secret('postgres-app-password', hex(24)),
    s3AccessKeyId: await secret('s3-access-key-id', () => `LOCAL${hex(8)().toUpperCase()}`),
    s3SecretAccessKey: await secret('s3-secret-access-key', hex(24)),
    stripeSecretKey: await secret('stripe-secret-key', () => `sk_test_${hex(16)()}`),
    stripePublishableKey: await secret('stripe-publishable-key', () => `pk_test_${hex(16)()}`),
    stripeWebhookSecret: await secret('stripe-webhook-secret', () => `whsec_${hex(24)()}`),
    razorpayKeyId: await secret('razorpay-key-id', () => `rzp_test_${hex(7)()}`),
    razorpayKeySecret: await secret('razorpay-key-secret', hex(12)),
    razorpayWebhookSecret: await secret('razorpay-webhook-secret', hex(24)),
    twilioAccountSid: await secret('twilio-account-sid', () => `AC${hex(16)()}`),
    twilioAuthToken: await secret('twilio-auth-token', hex(16)),
    webPushPublicKey: pointOf(webPushPrivateKey),
    webPushPrivateKey,
    fieldEncryptionKey: await secret('field-encryption-key', () => randomBytes(32).toString('base64')),
    tokenSigningKeyFile: join(folder, 'token-signing-key.pem'),
  };
}

async function keep(file: string, make: () => string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const value = make().trim();
  // Renamed into place, so that a start that was killed leaves no half a key.
  await writeFile(`${file}.new`, `${value}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return value;
}

function signingKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' });
}

const SCALAR_BYTES = 32;

function scalar(): string {
  const pair = createECDH('prime256v1');
  pair.generateKeys();
  const bytes = pair.getPrivateKey();
  return Buffer.concat([Buffer.alloc(SCALAR_BYTES - bytes.length), bytes]).toString('base64url');
}

function pointOf(privateKey: string): string {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(Buffer.from(privateKey, 'base64url'));
  return pair.getPublicKey().toString('base64url');
}
