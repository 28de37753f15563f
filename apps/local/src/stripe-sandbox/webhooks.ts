import { createHmac } from 'node:crypto';
import type Stripe from 'stripe';
import type { WebhookWire } from '../payment-sandbox/webhook-sender.ts';

/** `Stripe-Signature` over the body as it is sent, https://docs.stripe.com/webhooks#verify-manually */
export function signature(body: string, secret: string, timestamp: number): string {
  const digest = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return `t=${timestamp},v1=${digest}`;
}

export const stripeWire: WebhookWire<Stripe.Event> = {
  request(event, secret, at) {
    const body = JSON.stringify({ ...event, pending_webhooks: 1 }, null, 2);
    return {
      body,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': signature(body, secret, at),
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      },
    };
  },
  arrived(event) {
    event.pending_webhooks = 0;
  },
};
