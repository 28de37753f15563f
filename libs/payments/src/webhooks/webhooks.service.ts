import { Injectable } from '@nestjs/common';
import { type Actor, Clock, newId } from '#kernel';
import { Config, Database, Jobs, Metrics, Transactional } from '#platform';
import type { Outcome } from '../checkout/settlement.service.ts';
import type { ProviderEvent, WebhookHeaders } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { ProcessWebhook } from '../queues.ts';
import { ProviderNewsService } from './provider-news.service.ts';

/** An error is read by a person. */
const ERROR_LENGTH = 500;

/** The inbox for what providers tell: kept first, once each, and worked on by a job. */
@Injectable()
export class WebhooksService {
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
    await this.database.transaction(() => this.#keep(provider.name, event, rawBody));
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

  /** Events that mean nothing to us are kept too, and are done with at once. */
  async #keep(provider: string, event: ProviderEvent, rawBody: Uint8Array): Promise<void> {
    const { id, type, isKnown, paymentReference } = event;
    const now = this.clock.now();
    const webhookEventId = newId();
    const kept = await this.database.query
      .insertInto('webhookEvents')
      .values({
        id: webhookEventId,
        provider,
        eventId: id,
        type,
        paymentReference,
        payload: rawBody,
        receivedAt: now,
        ...(!isKnown && { processedAt: now, outcome: 'ignored' satisfies Outcome }),
      })
      .onConflict((conflict) => conflict.columns(['provider', 'eventId']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (kept && isKnown) await this.jobs.send(ProcessWebhook, { webhookEventId });
  }
}
