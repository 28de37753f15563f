import type { Actor } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler } from '#platform';
import { Deliver } from '../queues.ts';
import { DeliveriesService } from './deliveries.service.ts';

@HandlesJob(Deliver)
export class DeliverHandler implements JobHandler<DataOf<typeof Deliver>> {
  constructor(private readonly deliveries: DeliveriesService) {}

  async handle(_actor: Actor, { deliveryId }: DataOf<typeof Deliver>): Promise<void> {
    await this.deliveries.attempt(deliveryId);
  }
}
