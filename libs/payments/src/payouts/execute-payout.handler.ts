import { type Actor, Clock } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler, Jobs, Log } from '#platform';
import { isProviderUnavailable } from '../payments.errors.ts';
import { ProviderRefusal } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { ExecutePayout } from '../queues.ts';
import { PayoutAccountsService } from './payout-accounts.service.ts';
import { type PayoutAttempt, PayoutSettlementService } from './payout-settlement.service.ts';

type Data = DataOf<typeof ExecutePayout>;

const ASK_AGAIN_MINUTES = 1;
/** The provider has taken it on and not made it yet; its webhook is likely to be sooner. */
const LOOK_AGAIN_MINUTES = 30;

/**
 * Makes a payout at the provider. Nothing is known before the provider has answered: a process that died in
 * between, or an answer that was lost, leaves it `processing`, and asking again finds what was made.
 */
@HandlesJob(ExecutePayout)
export class ExecutePayoutHandler implements JobHandler<Data> {
  constructor(
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly log: Log,
    private readonly providers: PaymentProviders,
    private readonly accounts: PayoutAccountsService,
    private readonly settlement: PayoutSettlementService,
  ) {}

  async handle(actor: Actor, { payoutId }: Data): Promise<void> {
    const attempt = await this.settlement.begin(actor, payoutId);
    if (!attempt) return;
    try {
      await this.#transfer(actor, attempt);
    } catch (error) {
      if (error instanceof ProviderRefusal) {
        this.log.warn({ payoutId, code: error.code }, 'payment provider refused a payout');
        await this.settlement.refuse(actor, attempt, error.code);
      } else if (isProviderUnavailable(error)) {
        this.log.warn({ payoutId }, 'payment provider did not answer');
        await this.#again(payoutId, ASK_AGAIN_MINUTES);
      } else {
        throw error;
      }
    }
  }

  async #transfer(actor: Actor, attempt: PayoutAttempt): Promise<void> {
    const { id: payoutId, attemptId, approvedAt, practitionerId, provider, amount } = attempt;
    const account = await this.accounts.find(practitionerId, provider);
    if (!account) throw new Error(`${payoutId} was approved without an account to send it to.`);
    const snapshot = await this.providers.payoutsBy(provider).transfer({
      payoutId,
      attemptId,
      since: approvedAt ?? attempt.createdAt,
      accountReference: account.providerReference,
      amount,
    });
    await this.settlement.apply(actor, provider, snapshot);
    if (snapshot.status === 'pending') await this.#again(payoutId, LOOK_AGAIN_MINUTES);
  }

  async #again(payoutId: string, minutes: number): Promise<void> {
    await this.jobs.send(ExecutePayout, { payoutId }, { startAfter: this.clock.now().add({ minutes }) });
  }
}
