import { createHmac } from 'node:crypto';
import { randomText, unixNow } from '../payment-sandbox/random-text.ts';
import type { RecordedEvent } from '../payment-sandbox/recorded-event.ts';
import type { WebhookWire } from '../payment-sandbox/webhook-sender.ts';
import type { EventType, RazorpayEvent } from './entities.ts';
import type { Store } from './store.ts';

/** The platform's own account. */
export const ACCOUNT = 'acc_SandboxOfOne01';

/** `X-Razorpay-Signature` over the body as it is sent, https://razorpay.com/docs/webhooks/validate-test/ */
export const razorpayWire: WebhookWire<RazorpayEvent> = {
  request(event, secret) {
    const body = JSON.stringify(event.body);
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Razorpay-Webhook/v1',
        'x-razorpay-event-id': event.id,
        'x-razorpay-signature': createHmac('sha256', secret).update(body).digest('hex'),
      },
    };
  },
};

/** Records what happens, and hands each event on to be delivered. */
export class EventLog {
  constructor(
    private readonly store: Store,
    private readonly deliver: (recorded: RecordedEvent<RazorpayEvent>) => void,
  ) {}

  /**
   * The event keeps the objects as they are now.
   * @param about by their names on the wire, the main one first
   * @param account whose event it is, when it is not the platform's
   * @param data what stands beside the objects
   */
  record(
    type: EventType,
    about: Readonly<Record<string, object>>,
    { account = ACCOUNT, data }: { account?: string; data?: unknown } = {},
  ): void {
    const entries = Object.entries(about).map(
      ([name, entity]) => [name, structuredClone({ entity, ...(data !== undefined && { data }) })] as const,
    );
    const event: RazorpayEvent = {
      id: randomText(14),
      body: {
        entity: 'event',
        account_id: account,
        event: type,
        contains: Object.keys(about),
        payload: Object.fromEntries(entries),
        created_at: unixNow(),
      },
    };
    const recorded: RecordedEvent<RazorpayEvent> = { type, event, delivery: 'pending', attempts: [] };
    this.store.tables.event.set(event.id, recorded);
    this.store.touch();
    this.deliver(recorded);
  }
}
