import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AuditService } from '#audit';
import { DoctorsService } from '#doctors';
import { money, type Period, type UserActor } from '#kernel';
import { batchesOf, Database, given, type Sheet, type SheetCell, within } from '#platform';
import { asPayment } from '../checkout/payment.entity.ts';
import { type PaymentFilter, PaymentsService } from '../checkout/payments.service.ts';
import type { AccountKind } from '../ledger/ledger.service.ts';
import { payeeOf } from '../payouts/payee.policy.ts';
import { asPayout } from '../payouts/payout.entity.ts';
import { type PayoutFilter, PayoutsService } from '../payouts/payouts.service.ts';
import { asRefund } from '../refunds/refund.entity.ts';
import { type RefundFilter, RefundsService } from '../refunds/refunds.service.ts';

export interface PostingFilter {
  readonly kind?: AccountKind;
  readonly currency?: string;
  readonly provider?: string;
  readonly practitionerId?: string;
  readonly occurred?: Period;
}

/** Tables for the accountant: everything that a filter finds, oldest first. Each leaves its row in the audit trail. */
@Injectable()
export class PaymentExportsService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly payments: PaymentsService,
    private readonly refunds: RefundsService,
    private readonly payouts: PayoutsService,
    private readonly doctors: DoctorsService,
  ) {}

  async transactions(admin: UserActor, filter: PaymentFilter): Promise<Sheet> {
    await this.#trace(admin, 'transactions');
    return {
      columns: [
        ...['id', 'appointment_id', 'doctor_id', 'created_at', 'succeeded_at', 'status', 'provider'],
        ...['provider_reference', 'currency', 'amount', 'refunded', 'commission', 'failure_code'],
      ],
      rows: mapped(batchesOf(this.payments.matching(admin, filter), 'payments.id'), (row) => {
        const { amount, refunded, commission, ...payment } = asPayment(row);
        return [
          ...[payment.id, payment.appointmentId, payment.practitionerId, payment.createdAt],
          ...[payment.succeededAt, payment.status, payment.provider, payment.providerReference],
          ...[amount.currency, amount, refunded, commission, payment.failureCode],
        ];
      }),
    };
  }

  async refundsGiven(admin: UserActor, filter: RefundFilter): Promise<Sheet> {
    await this.#trace(admin, 'refunds');
    return {
      columns: [
        ...['id', 'transaction_id', 'created_at', 'updated_at', 'status', 'cause', 'reason'],
        ...['provider_reference', 'currency', 'amount', 'requested_by', 'failure_code'],
      ],
      rows: mapped(batchesOf(this.refunds.matching(filter), 'id'), (row) => {
        const { amount, ...refund } = asRefund(row);
        return [
          ...[refund.id, refund.paymentId, refund.createdAt, refund.updatedAt, refund.status, refund.cause],
          ...[refund.reason, refund.providerReference, amount.currency, amount, refund.requestedBy],
          refund.failureCode,
        ];
      }),
    };
  }

  async payoutsMade(admin: UserActor, filter: PayoutFilter): Promise<Sheet> {
    await this.#trace(admin, 'payouts');
    return {
      columns: [
        ...['id', 'doctor_id', 'kind', 'status', 'created_at', 'paid_at', 'period_from', 'period_to'],
        ...['provider', 'provider_reference', 'currency', 'amount', 'carried_over', 'returned'],
        ...['created_by', 'approved_by', 'failure_code', 'note'],
      ],
      rows: mapped(batchesOf(this.payouts.matching(filter), 'id'), (row) => {
        const { amount, carried, returned, period, ...payout } = asPayout(row);
        return [
          ...[payout.id, payout.practitionerId, payout.kind, payout.status, payout.createdAt, payout.paidAt],
          ...[period?.from ?? null, period?.to ?? null, payout.provider, payout.providerReference],
          ...[amount.currency, amount, carried, returned, payout.createdBy, payout.approvedBy],
          ...[payout.failureCode, payout.note],
        ];
      }),
    };
  }

  async postings(admin: UserActor, filter: PostingFilter): Promise<Sheet> {
    const { kind, currency, provider, practitionerId, occurred } = filter;
    await this.#trace(admin, 'ledger_postings');
    const found = this.database.query
      .selectFrom('ledgerPostings as posting')
      .innerJoin('ledgerTransactions as transaction', 'transaction.id', 'posting.transactionId')
      .innerJoin('ledgerAccounts as account', 'account.id', 'posting.accountId')
      .select([
        'posting.id',
        'posting.transactionId',
        'transaction.occurredAt',
        'transaction.kind',
        'transaction.reference',
        'transaction.paymentId',
        'account.id as accountId',
        'account.kind as accountKind',
        'account.provider',
        'account.practitionerId',
        'posting.amount',
        'posting.currency',
      ])
      .where((eb) =>
        eb.and(
          given([
            kind && eb('account.kind', '=', kind),
            currency && eb('account.currency', '=', currency),
            provider && eb('account.provider', '=', provider),
            practitionerId && eb('account.practitionerId', '=', practitionerId),
            ...within('transaction.occurredAt', occurred),
          ]),
        ),
      );
    return {
      columns: [
        ...['id', 'entry_id', 'occurred_at', 'kind', 'reference', 'transaction_id', 'account_id'],
        ...['account', 'provider', 'doctor_id', 'currency', 'amount'],
      ],
      rows: mapped(batchesOf(found, 'posting.id'), (row) => [
        ...[row.id, row.transactionId, row.occurredAt, row.kind, row.reference, row.paymentId],
        ...[row.accountId, row.accountKind, row.provider, row.practitionerId, row.currency],
        money(row.amount, row.currency),
      ]),
    };
  }

  /**
   * What a doctor has earned, entry by entry: one's own, or for an administrator that of the doctor.
   * @throws not_found `doctor_not_found`; invalid `doctor_id_required`
   */
  async earnings(actor: UserActor, occurred: Period, doctorId?: string): Promise<Sheet> {
    const { id } = await payeeOf(this.doctors, actor, doctorId);
    await this.#trace(actor, 'earnings');
    const sum = (which: ReturnType<typeof sql>) =>
      sql<number>`coalesce(-sum(posting.amount) filter (where ${which}), 0)::bigint`;
    const found = this.database.query
      .selectFrom('ledgerTransactions as transaction')
      .innerJoin('payments as payment', 'payment.id', 'transaction.paymentId')
      .innerJoin('ledgerPostings as posting', 'posting.transactionId', 'transaction.id')
      .innerJoin('ledgerAccounts as account', 'account.id', 'posting.accountId')
      .select([
        'transaction.id',
        'transaction.occurredAt',
        'transaction.kind',
        'payment.id as paymentId',
        'payment.appointmentId',
        'posting.currency',
        sum(sql`account.kind = 'provider_clearing'`).as('missing'),
        sum(sql`account.kind = 'platform_revenue'`).as('commission'),
        sum(sql`account.practitioner_id is not null`).as('net'),
      ])
      .where('payment.practitionerId', '=', id)
      .where('transaction.kind', 'in', ['payment_received', 'refund_given', 'refund_returned'])
      .where((eb) => eb.and(within('transaction.occurredAt', occurred)))
      .groupBy(['transaction.id', 'payment.id', 'posting.currency']);
    return {
      columns: [
        ...['entry_id', 'occurred_at', 'kind', 'transaction_id', 'appointment_id', 'currency'],
        ...['paid_by_patient', 'commission', 'yours'],
      ],
      rows: mapped(batchesOf(found, 'transaction.id'), (row) => [
        ...[row.id, row.occurredAt, row.kind, row.paymentId, row.appointmentId, row.currency],
        ...[0 - row.missing, row.commission, row.net].map((amount) => money(amount, row.currency)),
      ]),
    };
  }

  async #trace(actor: UserActor, what: string): Promise<void> {
    await this.audit.record(actor, { action: 'payments.exported', resource: what });
  }
}

async function* mapped<Row>(
  batches: AsyncIterable<Row[]>,
  map: (row: Row) => readonly SheetCell[],
): AsyncGenerator<(readonly SheetCell[])[]> {
  for await (const batch of batches) yield batch.map(map);
}
