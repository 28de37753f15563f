import type { Actor } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler } from '#platform';
import { ReconcilePayment } from '../queues.ts';
import { ReconcilerService } from './reconciler.service.ts';

@HandlesJob(ReconcilePayment)
export class ReconcilePaymentHandler implements JobHandler<DataOf<typeof ReconcilePayment>> {
  constructor(private readonly reconciler: ReconcilerService) {}

  async handle(actor: Actor, { paymentId }: DataOf<typeof ReconcilePayment>): Promise<void> {
    await this.reconciler.close(actor, paymentId);
  }
}
