import type { Actor } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler } from '#platform';
import { DeliveriesService } from './deliveries.service.ts';
import { Deliver } from './queues.ts';

@HandlesJob(Deliver)
export class DeliverHandler implements JobHandler<DataOf<typeof Deliver>> {
  constructor(private readonly deliveries: DeliveriesService) {}

  async handle(_actor: Actor, { deliveryId }: DataOf<typeof Deliver>): Promise<void> {
    await this.deliveries.attempt(deliveryId);
  }
}
