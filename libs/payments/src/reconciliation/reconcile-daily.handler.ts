import type { Actor } from '#kernel';
import { type JobHandler, OnSchedule } from '#platform';
import { ReconciliationsService } from './reconciliations.service.ts';
import { UnfinishedMoneyService } from './unfinished-money.service.ts';

/** Providers send webhooks again for about three days; what is older they told or lost. */
const DAYS = 4;

/** Nightly: nothing is left to a webhook that did not come, or to a job that is gone. */
@OnSchedule('17 3 * * *', 'payments.reconcile-daily')
export class ReconcileDailyHandler implements JobHandler<Record<string, never>> {
  constructor(
    private readonly reconciliations: ReconciliationsService,
    private readonly unfinished: UnfinishedMoneyService,
  ) {}

  async handle(actor: Actor): Promise<void> {
    await this.unfinished.resume();
    await this.reconciliations.request(actor, DAYS);
  }
}
