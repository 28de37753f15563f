import type { Outcome } from '../checkout/settlement.service.ts';

/** A failed one has no job any more that would try it again: an operator repairs the cause and replays it. */
export const WEBHOOK_STATUSES = ['waiting', 'retrying', 'processed', 'failed'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

/** What a provider told, as it lies in the inbox. */
export interface WebhookEvent {
  readonly id: string;
  readonly provider: string;
  /** The provider's id of the event. */
  readonly eventId: string;
  readonly type: string;
  /** The payment that it is about, as far as it is one of ours. */
  readonly paymentId: string | null;
  readonly status: WebhookStatus;
  /** With `processed`: what it changed. */
  readonly outcome: Outcome | null;
  /** Since it came or was replayed. */
  readonly failures: number;
  readonly lastError: string | null;
  readonly receivedAt: Temporal.Instant;
  readonly processedAt: Temporal.Instant | null;
}

/** With what the provider sent, less secrets and whatever may tell who somebody is. */
export interface WebhookEventWithPayload extends WebhookEvent {
  /** `null` when it has been kept long enough, or is not JSON. */
  readonly payload: unknown;
}
