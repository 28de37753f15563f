import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AuditService } from '#audit';
import { type Actor, notFound, type Page, type PageRequest, type Period } from '#kernel';
import { containing, Database, given, Jobs, pageOf, Transactional, within } from '#platform';
import type { Outcome } from '../checkout/settlement.service.ts';
import { webhookPayloadDeleted } from '../payments.errors.ts';
import { ProcessWebhook } from '../queues.ts';
import { readablePayload } from './readable-payload.ts';
import type { WebhookEvent, WebhookEventWithPayload, WebhookStatus } from './webhook-event.entity.ts';

export interface WebhookFilter {
  readonly provider?: string;
  readonly type?: string;
  readonly status?: WebhookStatus;
  readonly outcome?: Outcome;
  readonly paymentId?: string;
  /** Matches the provider's id of the event and the type. */
  readonly search?: string;
  readonly received?: Period;
  readonly processed?: Period;
  readonly order?: { readonly by: 'receivedAt' | 'processedAt'; readonly descending: boolean };
}

/** The inbox as operators see it: what came, what became of it, and once more where that went wrong. */
@Injectable()
export class WebhookInboxService {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
  ) {}

  async list(_actor: Actor, filter: WebhookFilter, page: PageRequest): Promise<Page<WebhookEvent>> {
    const { provider, type, status, outcome, paymentId, search, received, processed } = filter;
    const { by, descending } = filter.order ?? { by: 'receivedAt', descending: true };
    const found = await pageOf(
      this.#all()
        .where((eb) =>
          eb.and(
            given([
              provider && eb('event.provider', '=', provider),
              type && eb('event.type', '=', type),
              status && eb(this.#status(), '=', status),
              outcome && eb('event.outcome', '=', outcome),
              paymentId && eb('payment.id', '=', paymentId),
              search &&
                eb.or([
                  eb('event.eventId', 'ilike', containing(search)),
                  eb('event.type', 'ilike', containing(search)),
                ]),
              ...within('event.receivedAt', received),
              ...within('event.processedAt', processed),
            ]),
          ),
        )
        .orderBy(`event.${by}`, (order) => (descending ? order.desc().nullsLast() : order.asc().nullsLast()))
        .orderBy('event.id'),
      page,
    );
    return { ...found, items: found.items.map(asWebhookEvent) };
  }

  /**
   * One event with what the provider sent. Who looked is in the audit log.
   * @throws not_found `webhook_event_not_found`
   */
  async inspect(actor: Actor, id: string): Promise<WebhookEventWithPayload> {
    const row = await this.#all().select('event.payload').where('event.id', '=', id).executeTakeFirst();
    if (!row) throw notFound('webhook_event');
    const { payload, ...event } = row;
    await this.audit.record(actor, {
      action: 'webhook_event.read',
      resource: 'webhook_event',
      resourceId: id,
    });
    return { ...asWebhookEvent(event), payload: payload && readablePayload(payload) };
  }

  /**
   * Has an event worked on once more, also one that was processed: what it tells has its effect once. One
   * that is still to be worked on stays as it is.
   * @throws not_found `webhook_event_not_found`; conflict `webhook_payload_deleted`
   */
  @Transactional()
  async replay(actor: Actor, id: string): Promise<WebhookEvent> {
    const row = await this.database.query
      .selectFrom('webhookEvents')
      .select(sql<boolean>`payload is not null`.as('isKept'))
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw notFound('webhook_event');
    const event = await this.#get(id);
    if (event.status === 'waiting' || event.status === 'retrying') return event;
    if (!row.isKept) throw webhookPayloadDeleted();
    await this.database.query
      .updateTable('webhookEvents')
      .set({ processedAt: null, outcome: null, failures: 0, lastError: null })
      .where('id', '=', id)
      .execute();
    await this.jobs.send(ProcessWebhook, { webhookEventId: id });
    await this.audit.record(actor, {
      action: 'webhook_event.replayed',
      resource: 'webhook_event',
      resourceId: id,
    });
    return this.#get(id);
  }

  async #get(id: string): Promise<WebhookEvent> {
    return asWebhookEvent(await this.#all().where('event.id', '=', id).executeTakeFirstOrThrow());
  }

  #all() {
    return this.database.query
      .selectFrom('webhookEvents as event')
      .leftJoin('payments as payment', (join) =>
        join
          .onRef('payment.provider', '=', 'event.provider')
          .onRef('payment.providerReference', '=', 'event.paymentReference'),
      )
      .select([
        'event.id',
        'event.provider',
        'event.eventId',
        'event.type',
        'payment.id as paymentId',
        'event.outcome',
        'event.failures',
        'event.lastError',
        'event.receivedAt',
        'event.processedAt',
      ])
      .select(this.#status().as('status'));
  }

  /** Whether somebody still works on it is known to the queue alone: a process may die without a word. */
  #status() {
    const unfinished = this.jobs.unfinished(ProcessWebhook, 'webhookEventId');
    return sql<WebhookStatus>`case
      when event.processed_at is not null then 'processed'
      when event.id::text not in ${unfinished} then 'failed'
      when event.failures > 0 then 'retrying'
      else 'waiting' end`;
  }
}

function asWebhookEvent(
  row: Omit<WebhookEvent, 'outcome'> & { readonly outcome: string | null },
): WebhookEvent {
  return { ...row, outcome: row.outcome as Outcome | null };
}
