import type { Actor } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler } from '#platform';
import { ProcessWebhook } from '../queues.ts';
import { WebhooksService } from './webhooks.service.ts';

@HandlesJob(ProcessWebhook)
export class ProcessWebhookHandler implements JobHandler<DataOf<typeof ProcessWebhook>> {
  constructor(private readonly webhooks: WebhooksService) {}

  async handle(actor: Actor, { webhookEventId }: DataOf<typeof ProcessWebhook>): Promise<void> {
    try {
      await this.webhooks.process(actor, webhookEventId);
    } catch (error) {
      await this.webhooks.markFailed(webhookEventId, error);
      throw error;
    }
  }
}
