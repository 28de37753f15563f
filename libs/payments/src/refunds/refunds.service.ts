import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AuditService } from '#audit';
import {
  type Actor,
  Clock,
  chargeable,
  chargeStep,
  type Money,
  money,
  newId,
  notFound,
  type Page,
  type PageRequest,
  type Period,
  subtract,
  type UserActor,
} from '#kernel';
import { containing, Database, given, Jobs, pageOf, Transactional, within } from '#platform';
import type { Payment } from '../checkout/payment.entity.ts';
import { isRefundable } from '../checkout/payment.states.ts';
import { PaymentReader } from '../checkout/payment-reader.ts';
import {
  paymentNotRefundable,
  refundExceedsPayment,
  refundNotFailed,
  refundNotSendable,
  refundRetried,
} from '../payments.errors.ts';
import { ExecuteRefund } from '../queues.ts';
import { asRefund, type Refund, type RefundCause, type RefundStatus } from './refund.entity.ts';

export interface RefundRequest {
  readonly paymentId: string;
  /** Everything that is left when absent. */
  readonly amount?: Money;
  readonly reason: string;
}

export interface RefundFilter {
  readonly status?: RefundStatus;
  readonly cause?: RefundCause;
  readonly paymentId?: string;
  /** Matches the reason and the provider's reference. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt' | 'amount'; readonly descending: boolean };
}

const AUTOMATIC_REASONS = {
  slot_lost: 'The slot was gone when the payment arrived.',
  appointment_cancelled: 'The visit was cancelled.',
  doctor_absent: 'The doctor did not come to the visit.',
  paid_twice: 'The visit had another payment when this one arrived.',
} as const;

/**
 * Decides what is given back. The provider is asked by a job of the same transaction, so a refund that
 * stands here is made there, and one that does not is not.
 */
@Injectable()
export class RefundsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
    private readonly payments: PaymentReader,
  ) {}

  /**
   * An administrator gives back a payment or a part of it.
   * @throws not_found `transaction_not_found`; conflict `payment_is_…`, `refund_exceeds_payment`; invalid
   *   `currency_mismatch`, `refund_not_sendable`
   */
  @Transactional()
  async request(actor: UserActor, { paymentId, amount, reason }: RefundRequest): Promise<Refund> {
    const payment = await this.payments.locked(paymentId);
    if (!isRefundable(payment.status)) throw paymentNotRefundable(payment.status);
    const refundable = await this.#refundable(payment);
    const asked = amount ?? refundable;
    if (asked.amount === 0 || subtract(refundable, asked).amount < 0) throw refundExceedsPayment(refundable);
    if (asked.amount !== chargeable(asked).amount) throw refundNotSendable(chargeStep(asked.currency));
    const refund = await this.#insert(actor, payment, { amount: asked, cause: 'requested', reason });
    await this.audit.record(actor, {
      action: 'refund.requested',
      resource: 'refund',
      resourceId: refund.id,
      patientId: payment.patientId,
      organizationId: payment.organizationId,
      reason,
    });
    return refund;
  }

  /**
   * An administrator has a refund made once more that failed, as a new one: the provider keeps its answer to
   * the old one.
   * @throws not_found `refund_not_found`; conflict `refund_not_failed`, `refund_already_retried`,
   *   `payment_is_…`, `refund_exceeds_payment`
   */
  @Transactional()
  async retry(actor: UserActor, id: string): Promise<Refund> {
    const payment = await this.payments.locked((await this.get(actor, id)).paymentId);
    const failed = await this.get(actor, id);
    if (failed.status !== 'failed') throw refundNotFailed(failed.status);
    const earlier = await this.#retryOf(id);
    if (earlier) throw refundRetried(earlier);
    if (!isRefundable(payment.status)) throw paymentNotRefundable(payment.status);
    const { amount, cause, reason } = failed;
    const refundable = await this.#refundable(payment);
    if (subtract(refundable, amount).amount < 0) throw refundExceedsPayment(refundable);
    const refund = await this.#insert(actor, payment, { amount, cause, reason, retryOf: id });
    await this.audit.record(actor, {
      action: 'refund.retried',
      resource: 'refund',
      resourceId: refund.id,
      patientId: payment.patientId,
      organizationId: payment.organizationId,
    });
    return refund;
  }

  /** What has to be given back by itself, at most once per payment and never more than is left. */
  @Transactional()
  async giveBack(
    actor: Actor,
    paymentId: string,
    cause: keyof typeof AUTOMATIC_REASONS,
    due: Money,
  ): Promise<void> {
    const payment = await this.payments.locked(paymentId);
    if (!isRefundable(payment.status)) return;
    const refundable = await this.#refundable(payment);
    const amount = money(Math.min(due.amount, refundable.amount), due.currency);
    if (amount.amount === 0 || (await this.#hasAutomatic(payment.id))) return;
    await this.#insert(actor, payment, { amount, cause, reason: AUTOMATIC_REASONS[cause] });
  }

  async list(_actor: Actor, filter: RefundFilter, page: PageRequest): Promise<Page<Refund>> {
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.matching(filter)
        .orderBy(by, descending ? 'desc' : 'asc')
        .orderBy('id'),
      page,
    );
    return { ...found, items: found.items.map(asRefund) };
  }

  /** What `list` finds, in no order. */
  matching({ status, cause, paymentId, search, created, updated }: RefundFilter) {
    return this.database.query
      .selectFrom('refunds')
      .selectAll()
      .where((eb) =>
        eb.and(
          given([
            status && eb('status', '=', status),
            cause && eb('cause', '=', cause),
            paymentId && eb('paymentId', '=', paymentId),
            search &&
              eb.or([
                eb('reason', 'ilike', containing(search)),
                eb('providerReference', 'ilike', containing(search)),
              ]),
            ...within('createdAt', created),
            ...within('updatedAt', updated),
          ]),
        ),
      );
  }

  /** @throws not_found `refund_not_found` */
  async get(_actor: Actor, id: string): Promise<Refund> {
    const row = await this.database.query
      .selectFrom('refunds')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw notFound('refund');
    return asRefund(row);
  }

  /** Why it was given can be put better; how much, to whom and what became of it cannot. */
  @Transactional()
  async explain(actor: UserActor, id: string, reason: string): Promise<Refund> {
    const row = await this.database.query
      .updateTable('refunds')
      .set({ reason, updatedAt: this.clock.now() })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (!row) throw notFound('refund');
    await this.audit.record(actor, {
      action: 'refund.explained',
      resource: 'refund',
      resourceId: id,
      organizationId: row.organizationId,
      reason,
    });
    return asRefund(row);
  }

  /** What nobody has got or asked back yet. The payment is locked, so that two cannot ask for the same. */
  async #refundable(payment: Payment): Promise<Money> {
    const { taken } = await this.database.query
      .selectFrom('refunds')
      .select(sql<number>`coalesce(sum(amount), 0)::bigint`.as('taken'))
      .where('paymentId', '=', payment.id)
      .where('status', '<>', 'failed')
      .executeTakeFirstOrThrow();
    const left = subtract(subtract(payment.amount, money(taken, payment.amount.currency)), payment.disputed);
    // After a dispute of a part, what is left may be less than can be sent.
    return left.amount < 0 ? money(0, left.currency) : chargeable(left);
  }

  async #retryOf(id: string): Promise<string | undefined> {
    const row = await this.database.query
      .selectFrom('refunds')
      .select('id')
      .where('retryOf', '=', id)
      .where('status', '<>', 'failed')
      .executeTakeFirst();
    return row?.id;
  }

  async #hasAutomatic(paymentId: string): Promise<boolean> {
    const row = await this.database.query
      .selectFrom('refunds')
      .select('id')
      .where('paymentId', '=', paymentId)
      .where('cause', 'in', Object.keys(AUTOMATIC_REASONS) as RefundCause[])
      .where('status', '<>', 'failed')
      .executeTakeFirst();
    return row !== undefined;
  }

  async #insert(
    actor: Actor,
    payment: Payment,
    wanted: { amount: Money; cause: RefundCause; reason: string; retryOf?: string },
  ): Promise<Refund> {
    const { amount, cause, reason, retryOf } = wanted;
    const now = this.clock.now();
    const row = await this.database.query
      .insertInto('refunds')
      .values({
        id: newId(),
        organizationId: payment.organizationId,
        paymentId: payment.id,
        amount: amount.amount,
        currency: amount.currency,
        status: 'pending',
        cause,
        reason,
        requestedBy: actor.userId,
        retryOf,
        createdAt: now,
        updatedAt: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await this.jobs.send(ExecuteRefund, { refundId: row.id });
    return asRefund(row);
  }
}
