import { z } from 'zod';
import { WEBHOOK_STATUSES, type WebhookEvent, type WebhookEventWithPayload } from '#payments';
import { iso, isoOrNull, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Status = z.enum(WEBHOOK_STATUSES);
const Outcome = z.enum(['applied', 'unchanged', 'ignored']);

export const ListWebhookEvents = listQuery(
  { created_at: 'receivedAt', updated_at: 'processedAt' },
  {
    provider: z.string().max(50).optional(),
    type: z.string().max(100).optional(),
    status: Status.optional(),
    outcome: Outcome.optional(),
    transaction_id: z.uuid().optional(),
  },
);

export const WebhookEventAnswer = z
  .object({
    id: z.uuid(),
    provider: z.string(),
    event_id: z.string().describe('The provider’s id.'),
    type: z.string(),
    transaction_id: z.uuid().nullable().describe('The payment that it is about, where it is one of ours.'),
    status: Status.describe('`failed`: nothing tries it again until somebody replays it.'),
    outcome: Outcome.nullable().describe(
      'What it changed: `unchanged` was known before, `ignored` means nothing to us.',
    ),
    failures: z.int().describe('How often it went wrong since it came or was replayed.'),
    last_error: z.string().nullable(),
    created_at: Timestamp.describe('When it came.'),
    processed_at: Timestamp.nullable(),
  })
  .meta({ id: 'WebhookEvent' });

export const WebhookEventWithPayloadAnswer = WebhookEventAnswer.extend({
  payload: z
    .unknown()
    .describe(
      'What the provider sent, less secrets and whatever may tell who somebody is (`[removed]`); `null` when it is deleted.',
    ),
}).meta({ id: 'WebhookEventWithPayload' });

export function toWebhookEvent(event: WebhookEvent): z.infer<typeof WebhookEventAnswer> {
  return {
    id: event.id,
    provider: event.provider,
    event_id: event.eventId,
    type: event.type,
    transaction_id: event.paymentId,
    status: event.status,
    outcome: event.outcome,
    failures: event.failures,
    last_error: event.lastError,
    created_at: iso(event.receivedAt),
    processed_at: isoOrNull(event.processedAt),
  };
}

export function toWebhookEventWithPayload(
  event: WebhookEventWithPayload,
): z.infer<typeof WebhookEventWithPayloadAnswer> {
  return { ...toWebhookEvent(event), payload: event.payload };
}
