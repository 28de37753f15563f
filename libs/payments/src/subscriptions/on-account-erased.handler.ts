import { AccountErased } from '#auth';
import type { Actor } from '#kernel';
import { Database, type DataOf, type JobHandler, Jobs, OnEvent, Transactional } from '#platform';
import { EndSubscription } from '../queues.ts';
import { ENDED } from './subscription.states.ts';

/** Nobody is charged for an account that is gone. */
@OnEvent(AccountErased, 'payments.end-subscriptions')
export class EndSubscriptionsOfErased implements JobHandler<DataOf<typeof AccountErased>> {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
  ) {}

  @Transactional()
  async handle(_actor: Actor, { userId }: DataOf<typeof AccountErased>): Promise<void> {
    const running = await this.database.query
      .selectFrom('subscriptions')
      .select(['provider', 'providerReference'])
      .where('userId', '=', userId)
      .where('provider', 'is not', null)
      .where('status', 'not in', ENDED)
      .execute();
    for (const { provider, providerReference: reference } of running) {
      if (provider && reference) await this.jobs.send(EndSubscription, { provider, reference });
    }
  }
}
