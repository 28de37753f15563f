import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '#platform';
import type { Payment } from '../checkout/payment.entity.ts';
import { isOpen } from '../checkout/payment.states.ts';
import { PaymentReader } from '../checkout/payment-reader.ts';
import type { FactKind } from '../ledger/ledger.service.ts';
import type {
  DisputeSnapshot,
  MoneySnapshot,
  PaymentSnapshot,
  RefundSnapshot,
} from '../providers/payment-provider.ts';
import type { Problem } from './reconciliation.entity.ts';

/** How a snapshot and what stands here differ; `foreign` is about nothing of ours. */
export interface Difference {
  readonly paymentId: string | null;
  readonly problem: Problem | 'foreign' | null;
}

const FOREIGN: Difference = { paymentId: null, problem: 'foreign' };

/** Holds what a provider says against record and ledger. It changes nothing. */
@Injectable()
export class ComparisonService {
  constructor(
    private readonly database: Database,
    private readonly payments: PaymentReader,
  ) {}

  async compare(provider: string, snapshot: MoneySnapshot): Promise<Difference> {
    if (snapshot.kind === 'payment') return this.#payment(provider, snapshot);
    const payment = await this.payments.byReference(provider, snapshot.paymentReference);
    if (!payment) return snapshot.kind === 'refund' ? this.#ofSubscription(provider, snapshot) : FOREIGN;
    const problem = await (snapshot.kind === 'refund'
      ? this.#refund(payment, snapshot)
      : this.#dispute(payment, snapshot));
    return { paymentId: payment.id, problem };
  }

  async #payment(provider: string, snapshot: PaymentSnapshot): Promise<Difference> {
    const payment = await this.payments.byReference(provider, snapshot.reference);
    if (!payment) {
      // When the answer that named it was lost, nobody got what one needs to pay it.
      const isNobodys = snapshot.paymentId === null || !isPaidOrUnderWay(snapshot);
      return isNobodys ? FOREIGN : { paymentId: null, problem: 'unknown_payment' };
    }
    const { id: paymentId, status } = payment;
    if (snapshot.status !== 'succeeded') {
      // One that is cancelled here can still be open there, where nobody can close it: no money has come.
      const isSame = status === 'cancelled' || (isOpen(status) && snapshot.status !== 'cancelled');
      return { paymentId, problem: isSame ? null : 'status_differs' };
    }
    if (isOpen(status) || status === 'cancelled') return { paymentId, problem: 'status_differs' };
    if (snapshot.received.amount !== payment.amount.amount) return { paymentId, problem: 'amount_differs' };
    const booked = await this.#clearing(['payment_received'], [paymentId]);
    return { paymentId, problem: booked === snapshot.received.amount ? null : 'ledger_differs' };
  }

  async #refund({ id: paymentId }: Payment, snapshot: RefundSnapshot): Promise<Problem | null> {
    const refund = await this.database.query
      .selectFrom('refunds')
      .select(['id', 'status', 'amount'])
      .where('paymentId', '=', paymentId)
      .where('providerReference', '=', snapshot.reference)
      .executeTakeFirst();
    if (!refund) return 'unknown_refund';
    if (refund.status !== snapshot.status) return 'status_differs';
    if (refund.amount !== snapshot.amount.amount) return 'amount_differs';
    const booked = await this.#clearing(['refund_given', 'refund_returned'], [refund.id]);
    return booked === (snapshot.status === 'succeeded' ? -refund.amount : 0) ? null : 'ledger_differs';
  }

  /** A refund that was made in the provider's dashboard, of a month of a subscription. */
  async #ofSubscription(provider: string, snapshot: RefundSnapshot): Promise<Difference> {
    const row = await this.database.query
      .selectFrom('subscriptionPayments as payment')
      .leftJoin('subscriptionRefunds as refund', (join) =>
        join
          .onRef('refund.subscriptionPaymentId', '=', 'payment.id')
          .on('refund.providerReference', '=', snapshot.reference),
      )
      .select('refund.status')
      .where('payment.provider', '=', provider)
      .where('payment.providerReference', '=', snapshot.paymentReference)
      .executeTakeFirst();
    if (!row) return FOREIGN;
    if (row.status === null) return { paymentId: null, problem: 'unknown_refund' };
    return { paymentId: null, problem: row.status === snapshot.status ? null : 'status_differs' };
  }

  async #dispute({ id: paymentId }: Payment, snapshot: DisputeSnapshot): Promise<Problem | null> {
    const dispute = await this.database.query
      .selectFrom('disputes')
      .select(['id', 'status', 'withdrawnAmount'])
      .where('paymentId', '=', paymentId)
      .where('providerReference', '=', snapshot.reference)
      .executeTakeFirst();
    if (!dispute) return 'unknown_dispute';
    if (dispute.status !== snapshot.status) return 'status_differs';
    const { amount: withdrawn } = snapshot.withdrawn;
    if (dispute.withdrawnAmount !== withdrawn) return 'amount_differs';
    const movements = await this.database.query
      .selectFrom('disputeMovements')
      .select('id')
      .where('disputeId', '=', dispute.id)
      .execute();
    const ids = movements.map(({ id }) => id);
    const booked = await this.#clearing(['dispute_withdrawn', 'dispute_reinstated'], ids);
    return booked === 0 - withdrawn ? null : 'ledger_differs';
  }

  /** What these facts did to what the providers hold for us. */
  async #clearing(kinds: readonly FactKind[], references: readonly string[]): Promise<number> {
    if (references.length === 0) return 0;
    const { sum } = await this.database.query
      .selectFrom('ledgerTransactions as transaction')
      .innerJoin('ledgerPostings as posting', 'posting.transactionId', 'transaction.id')
      .innerJoin('ledgerAccounts as account', 'account.id', 'posting.accountId')
      .select(sql<number>`coalesce(sum(posting.amount), 0)::bigint`.as('sum'))
      .where('account.kind', '=', 'provider_clearing')
      .where('transaction.kind', 'in', kinds)
      .where('transaction.reference', 'in', references)
      .executeTakeFirstOrThrow();
    return sum;
  }
}

function isPaidOrUnderWay({ status }: PaymentSnapshot): boolean {
  return status === 'succeeded' || status === 'processing';
}
