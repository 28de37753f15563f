import { createHmac } from 'node:crypto';
import { eventually, type TestServer } from './app.ts';
import type { Answer } from './client.ts';
import { book, type DoctorPerson, type Person, register } from './people.ts';

/** The app knows the sandbox's publishable key, as a deployment knows that of its Stripe account. */
export const PAYING_APP = { STRIPE_PUBLISHABLE_KEY: 'pk_test_sandbox' };

/** An answer of POST /api/payments/intent/. */
export interface Intent {
  readonly transaction: { readonly id: string; readonly provider_reference: string };
  readonly client_secret: string;
  readonly publishable_key: string;
  readonly checkout_url: string;
}

export async function intentFor(patient: Person, appointmentId: string): Promise<Intent> {
  const answer = await patient.client.post('/api/payments/intent/', { appointment_id: appointmentId });
  if (answer.status !== 201) throw new Error(`No intent: ${JSON.stringify(answer.body)}`);
  return answer.body.data;
}

/** Pays as Stripe's code in the patient's browser would: it knows the publishable key and the client secret. */
export async function payInBrowser(
  app: TestServer,
  intent: Intent,
  card = 'pm_card_visa',
): Promise<{ status: number; body: { status?: string; error?: { decline_code?: string } } }> {
  const [reference] = intent.client_secret.split('_secret_');
  const response = await fetch(`${app.sandbox.url}/v1/payment_intents/${reference}/confirm`, {
    method: 'POST',
    headers: { authorization: `Bearer ${intent.publishable_key}` },
    body: new URLSearchParams({ payment_method: card, client_secret: intent.client_secret }),
  });
  return { status: response.status, body: (await response.json()) as { status?: string } };
}

/**
 * Waits until the provider has told everything and what follows from it for visits and payments has been
 * done; not for the mails about it.
 */
export async function settled(app: TestServer): Promise<void> {
  const quiet = async () => {
    await Promise.all([app.sandbox.control.drained(), app.razorpay.control.drained()]);
    const [row] = await app.sql<{ waiting: string }>(
      `select count(*) as waiting from pgboss.job
       where state in ('created', 'retry', 'active') and start_after <= now() and name ~ '^(payments|appointments)[.]'`,
    );
    return row?.waiting === '0';
  };
  // Twice: the last job may have had the provider tell something.
  await eventually(async () => (await quiet()) && (await quiet()), 'the payments are settled');
}

export interface PaidVisit {
  readonly patient: Person;
  readonly appointmentId: string;
  readonly start: string;
  readonly intent: Intent;
  readonly transactionId: string;
}

/** A new patient's visit, booked and paid. */
export async function paidVisit(app: TestServer, doctor: DoctorPerson, card?: string): Promise<PaidVisit> {
  const patient = await register(app);
  const { id: appointmentId, start } = await book(patient, doctor.doctorId);
  const intent = await intentFor(patient, appointmentId);
  await payInBrowser(app, intent, card);
  await settled(app);
  return { patient, appointmentId, start, intent, transactionId: intent.transaction.id };
}

export function signatureOf(body: string | Uint8Array, secret: string, at: number): string {
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')}`;
}

/** Sends a webhook as Stripe does. */
export function sendWebhook(
  app: TestServer,
  body: string | Uint8Array,
  { secret = app.webhookSecret, at = Math.floor(Date.now() / 1000) }: { secret?: string; at?: number } = {},
): Promise<Answer> {
  return app
    .client()
    .with({ 'stripe-signature': signatureOf(body, secret, at) })
    .post('/api/payments/webhooks/', body);
}

/** The body of the webhook of the newest event of `type`, as the sandbox sends it. */
export function webhookBody(app: TestServer, type: string, reference: string): string {
  const found = app.sandbox.control
    .events()
    .findLast(({ event }) => event.type === type && JSON.stringify(event.data.object).includes(reference));
  if (!found) throw new Error(`The sandbox has no ${type} of ${reference}.`);
  return JSON.stringify(found.event);
}

/** Jobs of payments that failed, which no test expects unless it made them fail. */
export function failedJobs(app: TestServer): Promise<{ name: string; output: unknown }[]> {
  return app.sql(
    `select name, output from pgboss.job where state in ('failed', 'retry') and name like 'payments.%'`,
  );
}
