import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { DisputeClosed } from '../events.ts';
import { VisitOutcomeService } from '../refunds/visit-outcome.service.ts';

/** What the visit's end means for its money had to wait for the bank. */
@OnEvent(DisputeClosed, 'payments.settle-after-dispute')
export class OnDisputeClosed implements JobHandler<DataOf<typeof DisputeClosed>> {
  constructor(private readonly outcome: VisitOutcomeService) {}

  async handle(actor: Actor, { appointmentId }: DataOf<typeof DisputeClosed>): Promise<void> {
    await this.outcome.settle(actor, appointmentId);
  }
}
