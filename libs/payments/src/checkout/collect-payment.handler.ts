import { type Actor, Clock } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler, Jobs, Log } from '#platform';
import { isProviderUnavailable } from '../payments.errors.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { CollectPayment } from '../queues.ts';
import { PaymentReader } from './payment-reader.ts';
import { SettlementService } from './settlement.service.ts';

type Data = DataOf<typeof CollectPayment>;

const ASK_AGAIN_MINUTES = 1;
/** The provider does not let it be taken now; after some days it gives it back by itself. */
const TRY_AGAIN_MINUTES = 60;

/** Takes money that waits at the provider, also when nobody waits for it any more: then it is given back from here. */
@HandlesJob(CollectPayment)
export class CollectPaymentHandler implements JobHandler<Data> {
  constructor(
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly log: Log,
    private readonly payments: PaymentReader,
    private readonly providers: PaymentProviders,
    private readonly settlement: SettlementService,
  ) {}

  async handle(actor: Actor, { paymentId }: Data): Promise<void> {
    const { provider, providerReference, succeededAt } = await this.payments.visible(actor, paymentId);
    if (succeededAt !== null || providerReference === null) return;
    try {
      const snapshot = await this.providers.named(provider).collect(providerReference);
      await this.settlement.apply(actor, provider, snapshot);
      if (snapshot.awaitsCapture) await this.#again(paymentId, TRY_AGAIN_MINUTES);
    } catch (error) {
      if (!isProviderUnavailable(error)) throw error;
      this.log.warn({ paymentId }, 'payment provider did not answer');
      await this.#again(paymentId, ASK_AGAIN_MINUTES);
    }
  }

  async #again(paymentId: string, minutes: number): Promise<void> {
    await this.jobs.send(CollectPayment, { paymentId }, { startAfter: this.clock.now().add({ minutes }) });
  }
}
