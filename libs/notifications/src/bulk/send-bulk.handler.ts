import type { Actor } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler } from '#platform';
import { SendBulk } from '../queues.ts';
import { BulkNotificationsService } from './bulk-notifications.service.ts';

@HandlesJob(SendBulk)
export class SendBulkHandler implements JobHandler<DataOf<typeof SendBulk>> {
  constructor(private readonly bulks: BulkNotificationsService) {}

  async handle(_actor: Actor, { bulkId }: DataOf<typeof SendBulk>): Promise<void> {
    await this.bulks.advance(bulkId);
  }
}
