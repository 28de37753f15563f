import { createHmac } from 'node:crypto';
import { newId } from '#kernel';
import { httpRequest } from './http-load.ts';

/** About as much as Stripe sends for a payment that succeeded. */
export function eventBody(
  id: string,
  { reference = `pi_${id.slice(-24)}`, paymentId = newId() } = {},
): string {
  return JSON.stringify({
    id,
    object: 'event',
    api_version: '2026-01-28.clover',
    created: 1_790_000_000,
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: 'payment_intent.succeeded',
    data: {
      object: {
        id: reference,
        object: 'payment_intent',
        amount: 5000,
        amount_received: 5000,
        currency: 'eur',
        status: 'succeeded',
        capture_method: 'automatic',
        confirmation_method: 'automatic',
        client_secret: `${reference}_secret_bench`,
        created: 1_790_000_000,
        description: 'x'.repeat(900),
        last_payment_error: null,
        metadata: { payment_id: paymentId, appointment_id: newId() },
        payment_method_types: ['card'],
      },
    },
  });
}

/** A webhook as Stripe sends it now. */
export function signedWebhook(body: string, secret: string): Buffer {
  const at = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return httpRequest(
    'POST',
    '/api/payments/webhooks/',
    { 'stripe-signature': `t=${at},v1=${signature}` },
    body,
  );
}
