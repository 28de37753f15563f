import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { Clock, type Money, money, newId } from '#kernel';
import { Database, type Tables, Transactional } from '#platform';
import type { Outcome } from '../checkout/settlement.service.ts';
import { LedgerService } from '../ledger/ledger.service.ts';
import type { RefundSnapshot } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import type { SubscriptionPaymentSnapshot } from '../providers/subscription-provider.ts';
import { refundStates } from '../refunds/refund.states.ts';

type Subscription = Pick<
  Selectable<Tables['subscriptions']>,
  'id' | 'organizationId' | 'provider' | 'providerReference'
>;
type Payment = Selectable<Tables['subscriptionPayments']>;

/** Books the money of subscriptions: what comes is the platform's own, less what the provider keeps. */
@Injectable()
export class SubscriptionMoneyService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly providers: PaymentProviders,
    private readonly ledger: LedgerService,
  ) {}

  /**
   * Books what has come for a subscription and is not booked yet. The provider tells its fee a while after the money:
   * until then a payment is looked at again whenever the subscription is.
   */
  async takeIn({ id, organizationId, provider, providerReference }: Subscription): Promise<void> {
    if (provider === null || providerReference === null) return;
    const source = this.providers.subscriptionsBy(provider);
    const known = new Set((await this.#paymentsOf(id)).map(({ invoiceReference }) => invoiceReference));
    for await (const payment of source.payments(providerReference, known)) {
      await this.database.transaction(() => this.#receive({ id, organizationId, provider }, payment));
    }
    for (const payment of await this.#paymentsOf(id)) {
      if (payment.isFeeBooked) continue;
      // A refund that was told of before its payment was known here has not been taken in.
      for (const refund of await source.refundsOf(payment.providerReference)) {
        await this.applyRefund(provider, refund);
      }
      const fee = await source.feeOf(payment.providerReference);
      if (fee) await this.database.transaction(() => this.#keepFee(payment, fee));
    }
  }

  /** A refund that was made in the provider's dashboard, if it is one of a subscription. Applies a snapshot once. */
  @Transactional()
  async applyRefund(provider: string, snapshot: RefundSnapshot): Promise<Outcome> {
    const payment = await this.database.query
      .selectFrom('subscriptionPayments')
      .selectAll()
      .where('provider', '=', provider)
      .where('providerReference', '=', snapshot.paymentReference)
      .forUpdate()
      .executeTakeFirst();
    if (!payment) return 'ignored';
    const refund = await this.#refund(payment, snapshot);
    if (!refundStates.can(refund.status, snapshot.status)) return 'unchanged';
    const now = this.clock.now();
    await this.database.query
      .updateTable('subscriptionRefunds')
      .set({ status: snapshot.status, updatedAt: now })
      .where('id', '=', refund.id)
      .execute();
    if (snapshot.status === 'succeeded') {
      await this.#book('subscription_refunded', refund.id, payment, -refund.amount);
    } else if (refund.status === 'succeeded') {
      await this.#book('subscription_refund_returned', refund.id, payment, refund.amount);
    }
    return 'applied';
  }

  async #receive(
    {
      id: subscriptionId,
      organizationId,
      provider,
    }: { id: string; organizationId: string; provider: string },
    { reference, invoiceReference, amount: came, paidAt }: SubscriptionPaymentSnapshot,
  ): Promise<void> {
    const { amount, currency } = came;
    const row = await this.database.query
      .insertInto('subscriptionPayments')
      .values({
        id: newId(),
        organizationId,
        subscriptionId,
        provider,
        providerReference: reference,
        invoiceReference,
        amount,
        currency,
        paidAt,
        createdAt: this.clock.now(),
      })
      .onConflict((conflict) => conflict.columns(['provider', 'providerReference']).doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row) await this.#book('subscription_paid', row.id, row, amount);
  }

  async #keepFee({ id, provider }: Payment, fee: Money): Promise<void> {
    await this.ledger.post({ kind: 'subscription_fee', reference: id }, [
      { account: { kind: 'provider_fees', provider }, amount: fee },
      { account: { kind: 'provider_clearing', provider }, amount: money(-fee.amount, fee.currency) },
    ]);
    await this.database.query
      .updateTable('subscriptionPayments')
      .set({ isFeeBooked: true })
      .where('id', '=', id)
      .execute();
  }

  /** @param amount what the provider holds more, in minor units */
  async #book(
    kind: 'subscription_paid' | 'subscription_refunded' | 'subscription_refund_returned',
    reference: string,
    { provider, currency }: Payment,
    amount: number,
  ): Promise<void> {
    await this.ledger.post({ kind, reference }, [
      { account: { kind: 'provider_clearing', provider }, amount: money(amount, currency) },
      { account: { kind: 'subscription_revenue' }, amount: money(-amount, currency) },
    ]);
  }

  async #refund({ id, organizationId }: Payment, { reference, amount }: RefundSnapshot) {
    const now = this.clock.now();
    const inserted = await this.database.query
      .insertInto('subscriptionRefunds')
      .values({
        id: newId(),
        organizationId,
        subscriptionPaymentId: id,
        providerReference: reference,
        amount: amount.amount,
        currency: amount.currency,
        status: 'pending',
        createdAt: now,
        updatedAt: now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (inserted) return inserted;
    return this.database.query
      .selectFrom('subscriptionRefunds')
      .selectAll()
      .where('subscriptionPaymentId', '=', id)
      .where('providerReference', '=', reference)
      .executeTakeFirstOrThrow();
  }

  async #paymentsOf(subscriptionId: string): Promise<Payment[]> {
    return this.database.query
      .selectFrom('subscriptionPayments')
      .selectAll()
      .where('subscriptionId', '=', subscriptionId)
      .orderBy('paidAt')
      .execute();
  }
}
