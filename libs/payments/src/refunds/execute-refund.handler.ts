import { type Actor, Clock } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler, Jobs, Log } from '#platform';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { isProviderUnavailable } from '../payments.errors.ts';
import { ProviderRefusal } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { ExecuteRefund } from '../queues.ts';
import { RefundSettlementService } from './refund-settlement.service.ts';
import { RefundsService } from './refunds.service.ts';

type Data = DataOf<typeof ExecuteRefund>;

const ASK_AGAIN_MINUTES = 1;
/** A bank takes days. */
const LOOK_AGAIN_MINUTES = 6 * 60;

/** Makes a refund at the provider and follows it there until it has ended. */
@HandlesJob(ExecuteRefund)
export class ExecuteRefundHandler implements JobHandler<Data> {
  constructor(
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly log: Log,
    private readonly refunds: RefundsService,
    private readonly payments: PaymentReader,
    private readonly providers: PaymentProviders,
    private readonly settlement: RefundSettlementService,
  ) {}

  async handle(actor: Actor, { refundId }: Data): Promise<void> {
    const { status, paymentId, amount } = await this.refunds.get(actor, refundId);
    if (status !== 'pending') return;
    const { provider, providerReference } = await this.payments.visible(actor, paymentId);
    if (providerReference === null) throw new Error(`${paymentId} was paid, but its provider is not known.`);
    try {
      const snapshot = await this.providers
        .named(provider)
        .refund({ refundId, paymentReference: providerReference, amount });
      await this.settlement.apply(actor, provider, snapshot);
      if (snapshot.status === 'pending') await this.#again(refundId, LOOK_AGAIN_MINUTES);
    } catch (error) {
      if (error instanceof ProviderRefusal) {
        this.log.warn({ refundId, code: error.code }, 'payment provider refused a refund');
        await this.settlement.refuse(refundId, paymentId, error.code);
      } else if (isProviderUnavailable(error)) {
        this.log.warn({ refundId }, 'payment provider did not answer');
        await this.#again(refundId, ASK_AGAIN_MINUTES);
      } else {
        throw error;
      }
    }
  }

  async #again(refundId: string, minutes: number): Promise<void> {
    await this.jobs.send(ExecuteRefund, { refundId }, { startAfter: this.clock.now().add({ minutes }) });
  }
}
