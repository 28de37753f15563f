import { Injectable } from '@nestjs/common';
import { type Actor, Clock } from '#kernel';
import { Database, Jobs, Log } from '#platform';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { isProviderUnavailable } from '../payments.errors.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { BookProviderFee } from '../queues.ts';
import { LedgerService } from './ledger.service.ts';
import { feePostings } from './payment-shares.ts';

const ASK_AGAIN_MINUTES = 30;
/** Four days: longer than a bank's weekend. */
const ASK_AT_MOST = 200;

/** Books what providers keep of payments: the platform bears it. */
@Injectable()
export class ProviderFeesService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly log: Log,
    private readonly payments: PaymentReader,
    private readonly providers: PaymentProviders,
    private readonly ledger: LedgerService,
  ) {}

  /**
   * Asks the provider and books its answer, once; comes back by itself while there is none.
   * @param asked how often it was asked before
   */
  async book(actor: Actor, paymentId: string, asked: number): Promise<void> {
    const { provider, providerReference } = await this.payments.visible(actor, paymentId);
    if (providerReference === null || (await this.ledger.isBooked('provider_fee', paymentId))) return;
    const fee = await this.providers
      .named(provider)
      .feeOf(providerReference)
      .catch((error: unknown) => {
        if (!isProviderUnavailable(error)) throw error;
        return null;
      });
    if (fee === null) return this.#again(paymentId, asked + 1);
    await this.database.transaction(() =>
      this.ledger.post({ kind: 'provider_fee', reference: paymentId, paymentId }, feePostings(provider, fee)),
    );
  }

  async #again(paymentId: string, asked: number): Promise<void> {
    if (asked >= ASK_AT_MOST) {
      this.log.error({ paymentId }, 'the payment provider has not told its fee');
      return;
    }
    const startAfter = this.clock.now().add({ minutes: ASK_AGAIN_MINUTES });
    await this.jobs.send(BookProviderFee, { paymentId, asked }, { startAfter });
  }
}
