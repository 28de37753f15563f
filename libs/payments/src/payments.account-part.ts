import { sql } from 'kysely';
import { type AccountPart, type ErasureObstacle, KeepsOfAccount } from '#auth';
import { Database } from '#platform';
import { asPayment, PAYMENT_COLUMNS } from './checkout/payment.entity.ts';
import { UNDECIDED } from './disputes/dispute.states.ts';
import { asInvoice } from './documents/invoice.entity.ts';

@KeepsOfAccount('payments')
export class PaymentsAccountPart implements AccountPart {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<Record<string, unknown>> {
    const db = this.database.query;
    const payments = await db
      .selectFrom('payments')
      .select(PAYMENT_COLUMNS)
      .where('payerUserId', '=', userId)
      .orderBy('createdAt')
      .execute();
    return {
      payments: payments.map((row) => {
        // How the payment is divided is between the platform and the doctor.
        const { commission: _, ...payment } = asPayment(row);
        return payment;
      }),
      refunds: await db
        .selectFrom('refunds as refund')
        .innerJoin('payments as payment', 'payment.id', 'refund.paymentId')
        .select([
          'refund.id',
          'refund.paymentId',
          'refund.amount',
          'refund.currency',
          'refund.status',
          'refund.cause',
          'refund.createdAt',
        ])
        .where('payment.payerUserId', '=', userId)
        .orderBy('refund.createdAt')
        .execute(),
      invoices: (
        await db
          .selectFrom('invoices')
          .selectAll()
          .where((eb) =>
            eb.or([
              eb('payerUserId', '=', userId),
              eb.and([
                eb('payerUserId', 'is', null),
                eb(
                  'practitionerId',
                  'in',
                  eb
                    .selectFrom('staffMembers')
                    .select('staffMembers.id')
                    .where('staffMembers.userId', '=', userId),
                ),
              ]),
            ]),
          )
          .orderBy('issuedAt')
          .execute()
      ).map((row) => {
        const { kind, number, paymentId, payoutId, amount, tax, issuedAt } = asInvoice(row);
        return { kind, number, paymentId, payoutId, amount, tax, issuedAt };
      }),
      disputes: await db
        .selectFrom('disputes as dispute')
        .innerJoin('payments as payment', 'payment.id', 'dispute.paymentId')
        .select([
          'dispute.id',
          'dispute.paymentId',
          'dispute.amount',
          'dispute.currency',
          'dispute.status',
          'dispute.createdAt',
        ])
        .where('payment.payerUserId', '=', userId)
        .orderBy('dispute.createdAt')
        .execute(),
      payoutAccounts: await db
        .selectFrom('payoutAccounts as account')
        .innerJoin('staffMembers as member', 'member.id', 'account.practitionerId')
        .select([
          'account.provider',
          'account.providerReference',
          'account.bankAccountLast4',
          'account.isReady',
          'account.createdAt',
        ])
        .where('member.userId', '=', userId)
        .orderBy('account.createdAt')
        .execute(),
      payouts: await db
        .selectFrom('payouts as payout')
        .innerJoin('staffMembers as member', 'member.id', 'payout.practitionerId')
        .select([
          'payout.id',
          'payout.amount',
          'payout.currency',
          'payout.returnedAmount',
          'payout.periodFrom',
          'payout.periodTo',
          'payout.status',
          'payout.paidAt',
        ])
        .where('member.userId', '=', userId)
        .orderBy('payout.createdAt')
        .execute(),
    };
  }

  async obstacles(userId: string): Promise<ErasureObstacle[]> {
    return [...(await this.#unsettled(userId)), ...(await this.#earnings(userId))];
  }

  /** Payments of which nobody knows yet how they end. */
  async #unsettled(userId: string): Promise<ErasureObstacle[]> {
    const rows = await this.database.query
      .selectFrom('payments')
      .select(['id', 'status'])
      .where('payerUserId', '=', userId)
      .where((eb) =>
        eb.or([
          eb('status', '=', 'processing'),
          eb.exists(
            eb
              .selectFrom('disputes')
              .select('disputes.id')
              .whereRef('disputes.paymentId', '=', 'payments.id')
              .where('disputes.status', 'in', UNDECIDED),
          ),
        ]),
      )
      .orderBy('createdAt')
      .execute();
    return rows.map((row) => ({ kind: 'payment', ...row }));
  }

  /** What a doctor is owed for visits that are over, is about to be paid, or owes. */
  async #earnings(userId: string): Promise<ErasureObstacle[]> {
    const rows = await this.database.query
      .selectFrom('ledgerPostings as posting')
      .innerJoin('ledgerAccounts as account', 'account.id', 'posting.accountId')
      .innerJoin('staffMembers as member', 'member.id', 'account.practitionerId')
      .select(['member.id', 'account.kind as status'])
      .where('member.userId', '=', userId)
      .where('account.kind', 'in', ['doctor_available', 'doctor_receivable', 'payout_clearing'])
      .groupBy(['member.id', 'account.kind', 'account.currency'])
      .having(sql<boolean>`sum(posting.amount) <> 0`)
      .execute();
    return rows.map((row) => ({ kind: 'earnings', ...row }));
  }
}
