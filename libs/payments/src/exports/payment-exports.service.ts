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
    return sheetOf(batchesOf(this.payments.matching(admin, filter), 'payments.id'), asPayment, {
      id: ({ id }) => id,
      appointment_id: ({ appointmentId }) => appointmentId,
      doctor_id: ({ practitionerId }) => practitionerId,
      created_at: ({ createdAt }) => createdAt,
      succeeded_at: ({ succeededAt }) => succeededAt,
      status: ({ status }) => status,
      provider: ({ provider }) => provider,
      provider_reference: ({ providerReference }) => providerReference,
      currency: ({ amount }) => amount.currency,
      amount: ({ amount }) => amount,
      refunded: ({ refunded }) => refunded,
      commission: ({ commission }) => commission,
      failure_code: ({ failureCode }) => failureCode,
    });
  }

  async refundsGiven(admin: UserActor, filter: RefundFilter): Promise<Sheet> {
    await this.#trace(admin, 'refunds');
    return sheetOf(batchesOf(this.refunds.matching(filter), 'id'), asRefund, {
      id: ({ id }) => id,
      transaction_id: ({ paymentId }) => paymentId,
      created_at: ({ createdAt }) => createdAt,
      updated_at: ({ updatedAt }) => updatedAt,
      status: ({ status }) => status,
      cause: ({ cause }) => cause,
      reason: ({ reason }) => reason,
      provider_reference: ({ providerReference }) => providerReference,
      currency: ({ amount }) => amount.currency,
      amount: ({ amount }) => amount,
      requested_by: ({ requestedBy }) => requestedBy,
      failure_code: ({ failureCode }) => failureCode,
    });
  }

  async payoutsMade(admin: UserActor, filter: PayoutFilter): Promise<Sheet> {
    await this.#trace(admin, 'payouts');
    return sheetOf(batchesOf(this.payouts.matching(filter), 'id'), asPayout, {
      id: ({ id }) => id,
      doctor_id: ({ practitionerId }) => practitionerId,
      kind: ({ kind }) => kind,
      status: ({ status }) => status,
      created_at: ({ createdAt }) => createdAt,
      paid_at: ({ paidAt }) => paidAt,
      period_from: ({ period }) => period?.from ?? null,
      period_to: ({ period }) => period?.to ?? null,
      provider: ({ provider }) => provider,
      provider_reference: ({ providerReference }) => providerReference,
      currency: ({ amount }) => amount.currency,
      amount: ({ amount }) => amount,
      carried_over: ({ carried }) => carried,
      returned: ({ returned }) => returned,
      created_by: ({ createdBy }) => createdBy,
      approved_by: ({ approvedBy }) => approvedBy,
      failure_code: ({ failureCode }) => failureCode,
      note: ({ note }) => note,
    });
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
    return sheetOf(batchesOf(found, 'posting.id'), itself, {
      id: ({ id }) => id,
      entry_id: ({ transactionId }) => transactionId,
      occurred_at: ({ occurredAt }) => occurredAt,
      kind: (row) => row.kind,
      reference: ({ reference }) => reference,
      transaction_id: ({ paymentId }) => paymentId,
      account_id: ({ accountId }) => accountId,
      account: ({ accountKind }) => accountKind,
      provider: (row) => row.provider,
      doctor_id: (row) => row.practitionerId,
      currency: (row) => row.currency,
      amount: (row) => money(row.amount, row.currency),
    });
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
    return sheetOf(batchesOf(found, 'transaction.id'), itself, {
      entry_id: (row) => row.id,
      occurred_at: ({ occurredAt }) => occurredAt,
      kind: ({ kind }) => kind,
      transaction_id: ({ paymentId }) => paymentId,
      appointment_id: ({ appointmentId }) => appointmentId,
      currency: ({ currency }) => currency,
      paid_by_patient: ({ missing, currency }) => money(0 - missing, currency),
      commission: ({ commission, currency }) => money(commission, currency),
      yours: ({ net, currency }) => money(net, currency),
    });
  }

  async #trace(actor: UserActor, what: string): Promise<void> {
    await this.audit.record(actor, { action: 'payments.exported', resource: what });
  }
}

/** What stands in each column, by its name. */
type Columns<Item> = Readonly<Record<string, (item: Item) => SheetCell>>;

function sheetOf<Row, Item>(
  batches: AsyncIterable<Row[]>,
  toItem: (row: Row) => Item,
  columns: Columns<Item>,
): Sheet {
  const cells = Object.values(columns);
  return {
    columns: Object.keys(columns),
    rows: (async function* () {
      for await (const batch of batches)
        yield batch.map(toItem).map((item) => cells.map((cell) => cell(item)));
    })(),
  };
}

const itself = <Row>(row: Row): Row => row;
