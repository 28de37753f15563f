import { Injectable } from '@nestjs/common';
import { type Actor, Clock, newId } from '#kernel';
import { Database, Jobs, Transactional } from '#platform';
import type { Outcome } from '../checkout/settlement.service.ts';
import type { ProviderEvent, WebhookHeaders } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { ProcessWebhook } from '../queues.ts';
import { ProviderNewsService } from './provider-news.service.ts';

/** The inbox for what providers tell: kept first, once each, and worked on by a job. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
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

  /** Works on a webhook of the inbox, once. */
  @Transactional()
  async process(actor: Actor, webhookEventId: string): Promise<void> {
    const row = await this.database.query
      .selectFrom('webhookEvents')
      .select(['provider', 'payload', 'processedAt'])
      .where('id', '=', webhookEventId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (row.processedAt) return;
    const told = this.providers.named(row.provider).readWebhook(row.payload);
    const outcome = told ? await this.news.apply(actor, row.provider, told) : 'ignored';
    await this.database.query
      .updateTable('webhookEvents')
      .set({ processedAt: this.clock.now(), outcome })
      .where('id', '=', webhookEventId)
      .execute();
  }

  /** Events that mean nothing to us are kept too, and are done with at once. */
  async #keep(provider: string, { id, type, isKnown }: ProviderEvent, rawBody: Uint8Array): Promise<void> {
    const now = this.clock.now();
    const webhookEventId = newId();
    const kept = await this.database.query
      .insertInto('webhookEvents')
      .values({
        id: webhookEventId,
        provider,
        eventId: id,
        type,
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
