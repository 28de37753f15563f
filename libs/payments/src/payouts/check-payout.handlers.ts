import { type Actor, Clock } from '#kernel';
import { Database, type DataOf, HandlesJob, type JobHandler, Jobs, OnSchedule } from '#platform';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { CheckPayout } from '../queues.ts';
import { PayoutRecordsService } from './payout-records.service.ts';
import { PayoutSettlementService } from './payout-settlement.service.ts';

type Data = DataOf<typeof CheckPayout>;

/** So long after it was made a transfer is looked at again. */
const DAYS = 90;

/** Nightly: not every provider tells that money it sent was taken back. */
@OnSchedule('59 3 * * *', 'payments.check-payouts')
export class CheckPayoutsHandler implements JobHandler<Record<string, never>> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
  ) {}

  async handle(): Promise<void> {
    const paid = await this.database.query
      .selectFrom('payouts')
      .select('id')
      .where('status', '=', 'paid')
      .where('paidAt', '>=', this.clock.now().subtract({ hours: DAYS * 24 }))
      .whereRef('returnedAmount', '<', 'amount')
      .execute();
    for (const { id: payoutId } of paid) await this.jobs.send(CheckPayout, { payoutId });
  }
}

@HandlesJob(CheckPayout)
export class CheckPayoutHandler implements JobHandler<Data> {
  constructor(
    private readonly providers: PaymentProviders,
    private readonly payouts: PayoutRecordsService,
    private readonly settlement: PayoutSettlementService,
  ) {}

  async handle(actor: Actor, { payoutId }: Data): Promise<void> {
    const { provider, providerReference } = await this.payouts.get(payoutId);
    if (providerReference === null) return;
    const snapshot = await this.providers.payoutsBy(provider).retrieveTransfer(providerReference);
    await this.settlement.apply(actor, provider, snapshot);
  }
}
