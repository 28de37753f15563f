import { createHmac } from 'node:crypto';
import { newId } from '#kernel';
import type { Bench } from '../bench.ts';
import { httpRequest } from '../http-load.ts';
import { CONNECTIONS, describeScripts, raceAgainstSameSql } from '../same-sql.ts';

export const webhook: Bench = {
  name: 'webhook',
  title: 'POST /api/payments/webhooks/, each another signed event',
  unit: 'webhook',
  async run(openStage) {
    const stage = await openStage();
    const { scripts, ...result } = await raceAgainstSameSql({
      stage,
      status: 200,
      operationsPerRound: 500,
      period: 1,
      next() {
        const event = `evt_${newId()}`;
        const body = eventBody(event);
        const at = Math.floor(Date.now() / 1000);
        const signature = createHmac('sha256', stage.webhookSecret).update(`${at}.${body}`).digest('hex');
        return {
          kind: 'event',
          request: httpRequest(
            'POST',
            '/api/payments/webhooks/',
            { 'stripe-signature': `t=${at},v1=${signature}` },
            body,
          ),
          values: { event },
        };
      },
    });
    return {
      ...result,
      conditions: `${CONNECTIONS} connections kept open; statements: ${describeScripts(scripts)}; bodies of ${eventBody(`evt_${newId()}`).length} bytes`,
    };
  },
};

/** About as much as Stripe sends for a payment. */
function eventBody(id: string): string {
  const reference = `pi_${id.slice(-24)}`;
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
        metadata: { payment_id: newId(), appointment_id: newId() },
        payment_method_types: ['card'],
      },
    },
  });
}
