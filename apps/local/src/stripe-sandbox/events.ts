import Stripe from 'stripe';
import { unixNow } from '../payment-sandbox/random-text.ts';
import { stripeId } from './ids.ts';
import type { Store, StripeEvent } from './store.ts';

/** The API request behind an event; both null when it happened in the dashboard or at the bank. */
export type Cause = Stripe.Event.Request;
export const NO_REQUEST: Cause = { id: null, idempotency_key: null };

/** Records what happens, and hands each event on to be delivered. */
export class EventLog {
  constructor(
    private readonly store: Store,
    private readonly deliver: (recorded: StripeEvent) => void,
  ) {}

  /**
   * The event keeps the object as it is now, whatever becomes of it. `before` is a clone from before the
   * change; what differs is shown as `previous_attributes`.
   */
  record<T extends object>(type: Stripe.Event['type'], object: T, cause: Cause, before?: T): void {
    const event = {
      id: stripeId('evt'),
      object: 'event',
      api_version: Stripe.API_VERSION,
      created: unixNow(),
      data: {
        object: structuredClone(object),
        ...(before === undefined ? {} : { previous_attributes: changed(before, object) }),
      },
      livemode: false,
      pending_webhooks: 1,
      request: cause,
      type,
      // Events of a connected account say whose they are, https://docs.stripe.com/connect/webhooks
      ...('object' in object && object.object === 'account' && 'id' in object ? { account: object.id } : {}),
    } as Stripe.Event;
    const recorded: StripeEvent = { type, event, delivery: 'pending', attempts: [] };
    this.store.tables.event.set(event.id, recorded);
    this.store.touch();
    this.deliver(recorded);
  }
}

function changed<T extends object>(before: T, after: T): Partial<T> {
  const entries = Object.entries(before).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(after[name as keyof T]),
  );
  return Object.fromEntries(entries) as Partial<T>;
}
