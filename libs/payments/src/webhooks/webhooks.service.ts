import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Actor, Clock, newId } from '#kernel';
import { Config, Database, Gathering, Jobs, Metrics, Transactional } from '#platform';
import type { Outcome } from '../checkout/settlement.service.ts';
import type { ProviderEvent, WebhookHeaders } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { ProcessWebhook } from '../queues.ts';
import { ProviderNewsService } from './provider-news.service.ts';

/** So many webhooks are kept by one transaction. */
const MOST_AT_ONCE = 100;

/** What came. */
interface Letter {
  readonly provider: string;
  readonly event: ProviderEvent;
  readonly rawBody: Uint8Array;
}

/** An error is read by a person. */
const ERROR_LENGTH = 500;

/** The inbox for what providers tell: kept first, once each, and worked on by a job. */
@Injectable()
export class WebhooksService {
  /** Providers send in bursts, and want an answer soon. */
  readonly #intake = new Gathering<Letter>(
    (letters) => this.database.transaction(() => this.#keep(letters)),
    MOST_AT_ONCE,
  );

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly metrics: Metrics,
    private readonly providers: PaymentProviders,
    private readonly news: ProviderNewsService,
  ) {}

  /**
   * Takes a webhook in. When this returns, it will be worked on, whatever happens to this process.
   * @param from the provider's name, where the address tells it
   * @throws invalid `webhook_unsigned`, `webhook_signature_invalid`, `webhook_timestamp_outside_tolerance`,
   *   `webhook_unreadable`
   */
  async receive(_actor: Actor, rawBody: Uint8Array, headers: WebhookHeaders, from?: string): Promise<void> {
    const provider = this.providers.senderOf(headers, from);
    const event = provider.verifyWebhook(rawBody, headers);
    await this.#intake.add({ provider: provider.name, event, rawBody });
  }

  /** Works on a webhook of the inbox, once; again when it is replayed. */
  @Transactional()
  async process(actor: Actor, webhookEventId: string): Promise<void> {
    const row = await this.database.query
      .selectFrom('webhookEvents')
      .select(['provider', 'payload', 'processedAt'])
      .where('id', '=', webhookEventId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const { provider, payload } = row;
    if (row.processedAt || payload === null) return;
    const told = this.providers.named(provider).readWebhook(payload);
    const outcome = told === null ? 'ignored' : await this.news.apply(actor, provider, told);
    await this.database.query
      .updateTable('webhookEvents')
      .set({ processedAt: this.clock.now(), outcome })
      .where('id', '=', webhookEventId)
      .execute();
    this.database.afterCommit(() => this.metrics.webhooks.inc({ provider, outcome }));
  }

  /** It went wrong, and why. */
  async markFailed(webhookEventId: string, error: unknown): Promise<void> {
    const lastError = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const row = await this.database.query
      .updateTable('webhookEvents')
      .set((eb) => ({ failures: eb('failures', '+', 1), lastError: lastError.slice(0, ERROR_LENGTH) }))
      .where('id', '=', webhookEventId)
      .returning('provider')
      .executeTakeFirst();
    if (row) this.metrics.webhooks.inc({ provider: row.provider, outcome: 'failed' });
  }

  /** Deletes what was sent in events that are done with, after the time for which it is kept. */
  async forgetPayloads(): Promise<void> {
    const days = this.config.env.WEBHOOK_RETENTION_DAYS;
    await this.database.query
      .updateTable('webhookEvents')
      .set({ payload: null })
      .where('processedAt', '<', this.clock.now().subtract({ hours: days * 24 }))
      .where('payload', 'is not', null)
      .execute();
  }

  /**
   * Those that are known stay as they are. Events that mean nothing to us are kept too, and are done with at once.
   * In the order of their ids, so that two processes that are told the same do not wait for each other.
   */
  async #keep(letters: readonly Letter[]): Promise<void> {
    const now = this.clock.now().toString();
    const rows = letters
      .map(({ provider, event: { id, type, isKnown, paymentReference }, rawBody }) => ({
        id: newId(),
        provider,
        eventId: id,
        type,
        isKnown,
        paymentReference,
        payload: Buffer.from(rawBody),
      }))
      .toSorted((one, other) => (one.eventId < other.eventId ? -1 : 1));
    const column = <Name extends keyof (typeof rows)[number]>(name: Name) => rows.map((row) => row[name]);
    const kept = await sql<{ id: string; isKnown: boolean }>`
      insert into webhook_events (id, provider, event_id, type, payment_reference, payload, received_at, processed_at,
        outcome)
      select id, provider, event_id, type, payment_reference, payload, ${now}::timestamptz,
        case when not is_known then ${now}::timestamptz end, case when not is_known then ${'ignored' satisfies Outcome} end
      from unnest(${column('id')}::uuid[], ${column('provider')}::text[], ${column('eventId')}::text[],
        ${column('type')}::text[], ${column('paymentReference')}::text[], ${column('payload')}::bytea[],
        ${column('isKnown')}::boolean[])
        as letter (id, provider, event_id, type, payment_reference, payload, is_known)
      on conflict (provider, event_id) do nothing
      returning id, processed_at is null as is_known`.execute(this.database.query);
    const known = kept.rows.flatMap(({ id, isKnown }) => (isKnown ? [{ webhookEventId: id }] : []));
    if (known.length > 0) await this.jobs.sendAll(ProcessWebhook, known);
  }
}
