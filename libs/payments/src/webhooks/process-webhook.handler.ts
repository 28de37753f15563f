import type { Actor } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler } from '#platform';
import { ProcessWebhook } from '../queues.ts';
import { WebhooksService } from './webhooks.service.ts';

@HandlesJob(ProcessWebhook)
export class ProcessWebhookHandler implements JobHandler<DataOf<typeof ProcessWebhook>> {
  constructor(private readonly webhooks: WebhooksService) {}

  async handle(actor: Actor, { webhookEventId }: DataOf<typeof ProcessWebhook>): Promise<void> {
    await this.webhooks.process(actor, webhookEventId);
  }
}
