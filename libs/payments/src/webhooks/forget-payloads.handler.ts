import type { Actor } from '#kernel';
import { type JobHandler, OnSchedule } from '#platform';
import { WebhooksService } from './webhooks.service.ts';

/** Nightly: what providers sent is not kept longer than it serves. */
@OnSchedule('41 2 * * *', 'payments.forget-webhooks')
export class ForgetPayloadsHandler implements JobHandler<Record<string, never>> {
  constructor(private readonly webhooks: WebhooksService) {}

  async handle(_actor: Actor): Promise<void> {
    await this.webhooks.forgetPayloads();
  }
}
