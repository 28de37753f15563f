import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { faultSchema } from './faults.ts';
import { unixNow } from './random-text.ts';
import type { WebhookControl } from './webhook-control.ts';

/** What every sandbox's control API has, for its help page. */
export const WEBHOOK_HELP = `GET    /_sandbox/events                   every event, with what became of its webhook
GET    /_sandbox/events/{id}/webhook?at=  the event as it would be sent, signed; "at" in seconds since 1970
GET    /_sandbox/faults                   the faults now set
POST   /_sandbox/faults                   sets one; "count" is a number or "all", "types" limits it to event types
         {"fault":"lose","count":1,"types":["payment_intent.succeeded"]}
         {"fault":"delay","count":"all","ms":5000}
         {"fault":"duplicate","count":3,"copies":2}
         {"fault":"reorder","count":2}               held until 2 have come, then sent in reverse
         {"fault":"decline","count":1,"declineCode":"insufficient_funds"}
         {"fault":"drop_response","count":1,"how":"destroy"}   or "hang", "error": a POST works, its answer is lost
         {"fault":"outage","count":3}                 requests are answered with 503, and nothing is done
DELETE /_sandbox/faults                   clears them
POST   /_sandbox/events/{id}/redeliver    sends an event once more
POST   /_sandbox/events/release           sends what a reorder still holds
`;

const atQuery = z.strictObject({ at: z.coerce.number().int().min(0).optional() });

/**
 * The part of a control API that is about webhooks and faults. It takes JSON only, which keeps other sites'
 * forms out.
 */
export function webhookControlRoutes<E>(app: FastifyInstance, control: WebhookControl<E>): void {
  app.removeContentTypeParser('application/x-www-form-urlencoded');
  app.get('/events', () => ({ events: control.events() }));
  app.get<{ Params: { id: string } }>('/events/:id/webhook', (request) => {
    const { at = unixNow() } = atQuery.parse(request.query);
    return control.webhook(request.params.id, at);
  });
  app.get('/faults', () => ({ faults: control.faults() }));
  app.post('/faults', (request) => {
    control.addFault(faultSchema.parse(request.body));
    return { faults: control.faults() };
  });
  app.delete('/faults', () => {
    control.clearFaults();
    return { faults: control.faults() };
  });
  app.post<{ Params: { id: string } }>('/events/:id/redeliver', (request) => {
    control.redeliver(request.params.id);
    return { redelivered: request.params.id };
  });
  app.post('/events/release', () => {
    control.releaseHeld();
    return { events: control.events() };
  });
}
