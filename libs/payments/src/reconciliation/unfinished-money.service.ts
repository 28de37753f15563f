import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database, Jobs } from '#platform';
import { ExecutePayout, ExecuteRefund, ReconcilePayment } from '../queues.ts';

/** Long after every hold has ended. */
const LATE_HOURS = 2;

/** Finds payments, refunds and payouts that are not over and that nobody looks after any more. */
@Injectable()
export class UnfinishedMoneyService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
  ) {}

  /**
   * Gives each a job again, which asks the provider. One that has a job is left to it.
   * @returns how many there were
   */
  async resume(): Promise<number> {
    const db = this.database.query;
    const before = this.clock.now().subtract({ hours: LATE_HOURS });
    const [payments, refunds, payouts] = await Promise.all([
      db
        .selectFrom('payments')
        .select('id')
        .where('status', 'in', ['created', 'requires_action', 'processing', 'failed'])
        .where('createdAt', '<', before)
        .where((eb) =>
          eb(eb.cast('id', 'text'), 'not in', this.jobs.unfinished(ReconcilePayment, 'paymentId')),
        )
        .execute(),
      db
        .selectFrom('refunds')
        .select('id')
        .where('status', '=', 'pending')
        .where('createdAt', '<', before)
        // One that was made in the provider's dashboard is followed there by its webhooks alone.
        .where('cause', '<>', 'made_at_provider')
        .where((eb) => eb(eb.cast('id', 'text'), 'not in', this.jobs.unfinished(ExecuteRefund, 'refundId')))
        .execute(),
      db
        .selectFrom('payouts')
        .select('id')
        .where('status', 'in', ['approved', 'processing'])
        .where('approvedAt', '<', before)
        .where((eb) => eb(eb.cast('id', 'text'), 'not in', this.jobs.unfinished(ExecutePayout, 'payoutId')))
        .execute(),
    ]);
    for (const { id: paymentId } of payments) await this.jobs.send(ReconcilePayment, { paymentId });
    for (const { id: refundId } of refunds) await this.jobs.send(ExecuteRefund, { refundId });
    for (const { id: payoutId } of payouts) await this.jobs.send(ExecutePayout, { payoutId });
    return payments.length + refunds.length + payouts.length;
  }
}
