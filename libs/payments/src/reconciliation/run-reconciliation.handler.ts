import type { Actor } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler } from '#platform';
import { RunReconciliation } from '../queues.ts';
import { ProviderComparisonService } from './provider-comparison.service.ts';
import { ReconciliationsService } from './reconciliations.service.ts';

type Data = DataOf<typeof RunReconciliation>;

@HandlesJob(RunReconciliation)
export class RunReconciliationHandler implements JobHandler<Data> {
  constructor(
    private readonly reconciliations: ReconciliationsService,
    private readonly comparison: ProviderComparisonService,
  ) {}

  async handle(actor: Actor, { reconciliationId }: Data): Promise<void> {
    await this.comparison.run(actor, await this.reconciliations.get(actor, reconciliationId));
  }
}
