import { z } from 'zod';
import { Timestamp } from '../http/fields.ts';

export const StreamQuery = z.object({
  ticket: z.string().max(100).optional().describe('Instead of the Authorization header; works once.'),
  last_event_id: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe(
      'For the first connection; later the client sends Last-Event-ID by itself. 0 is from the beginning.',
    ),
});

export const TicketAnswer = z
  .object({ ticket: z.string(), expires_at: Timestamp, stream_url: z.string() })
  .meta({ id: 'NotificationStreamTicket' });
