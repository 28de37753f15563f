import { Injectable } from '@nestjs/common';
import { type Actor, Clock, money, newId, subtract } from '#kernel';
import { Database, Jobs, Transactional } from '#platform';
import { type Payment } from '../checkout/payment.entity.ts';
import { standing } from '../checkout/payment.states.ts';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { type Outcome, SettlementService } from '../checkout/settlement.service.ts';
import { DisputeClosed, DisputeOpened } from '../events.ts';
import type { DisputeMovement, DisputeSnapshot } from '../providers/payment-provider.ts';
import { asDispute, type Dispute } from './dispute.entity.ts';
import { DISPUTING, disputeStates, UNDECIDED } from './dispute.states.ts';
import { DisputeMovementsService } from './dispute-movements.service.ts';

/** Brings a dispute to where its provider says it is. Banks open disputes: they begin with what a provider tells. */
@Injectable()
export class DisputeSettlementService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly payments: PaymentReader,
    private readonly settlement: SettlementService,
    private readonly movements: DisputeMovementsService,
  ) {}

  /** Applies a snapshot once, however often and in whatever order snapshots come. */
  @Transactional()
  async apply(actor: Actor, provider: string, snapshot: DisputeSnapshot): Promise<Outcome> {
    const known = await this.payments.byReference(provider, snapshot.paymentReference);
    if (!known) return 'ignored';
    const payment = await this.settlement.received(actor, await this.payments.locked(known.id));
    const existing = await this.#find(provider, snapshot.reference);
    const dispute = existing ?? (await this.#insert(payment, snapshot));
    const isMoved = existing !== undefined && moves(existing, snapshot);
    if (isMoved) await this.#change(dispute.id, snapshot);
    const movements = snapshot.movements ?? movementsTo(dispute, snapshot);
    const isBooked = await this.movements.book(payment, dispute, movements);
    if (existing && !isMoved && !isBooked) return 'unchanged';
    await this.#restate(payment);
    await this.#tell(payment, dispute, { isNew: !existing, isMoved, status: snapshot.status });
    return 'applied';
  }

  async #find(provider: string, reference: string): Promise<Dispute | undefined> {
    const row = await this.database.query
      .selectFrom('disputes')
      .selectAll()
      .where('provider', '=', provider)
      .where('providerReference', '=', reference)
      .executeTakeFirst();
    return row && asDispute(row);
  }

  async #insert(payment: Payment, snapshot: DisputeSnapshot): Promise<Dispute> {
    const now = this.clock.now();
    const { reference, amount, status, reason, answerBy } = snapshot;
    const row = await this.database.query
      .insertInto('disputes')
      .values({
        id: newId(),
        organizationId: payment.organizationId,
        paymentId: payment.id,
        provider: payment.provider,
        providerReference: reference,
        amount: amount.amount,
        currency: amount.currency,
        feeCurrency: amount.currency,
        status,
        reason,
        answerBy,
        asOf: snapshot.asOf,
        createdAt: now,
        updatedAt: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return asDispute(row);
  }

  async #change(disputeId: string, { status, reason, answerBy, asOf }: DisputeSnapshot): Promise<void> {
    await this.database.query
      .updateTable('disputes')
      .set({ status, reason, answerBy, asOf, updatedAt: this.clock.now() })
      .where('id', '=', disputeId)
      .execute();
  }

  /** The payment shows whether a bank has its money. */
  async #restate({ id }: Payment): Promise<void> {
    const payment = await this.payments.locked(id);
    const disputing = await this.database.query
      .selectFrom('disputes')
      .select('id')
      .where('paymentId', '=', id)
      .where('status', 'in', DISPUTING)
      .executeTakeFirst();
    const status = standing(payment, disputing !== undefined);
    if (status === payment.status) return;
    await this.database.query
      .updateTable('payments')
      .set({ status, updatedAt: this.clock.now() })
      .where('id', '=', id)
      .execute();
  }

  async #tell(
    { id: paymentId, appointmentId }: Payment,
    { id: disputeId }: Dispute,
    { isNew, isMoved, status }: { isNew: boolean; isMoved: boolean; status: Dispute['status'] },
  ): Promise<void> {
    const about = { disputeId, paymentId, appointmentId };
    if (isNew) await this.jobs.publish(DisputeOpened, about);
    const isOver = !(UNDECIDED as readonly string[]).includes(status);
    if (isOver && (isNew || isMoved)) await this.jobs.publish(DisputeClosed, about);
  }
}

/** What is older than what is known moves nothing. */
function moves(known: Dispute, { status, asOf }: DisputeSnapshot): boolean {
  if (!disputeStates.can(known.status, status)) return false;
  const leadsBack = known.status === 'under_review' && status === 'needs_response';
  return !leadsBack || Temporal.Instant.compare(asOf, known.asOf) > 0;
}

/**
 * The movement from what is known to a sum. Only a decision gives back: a sum that is less without one is an older
 * sum, and so is whatever comes with an older status.
 */
function movementsTo(known: Dispute, snapshot: DisputeSnapshot): DisputeMovement[] {
  const { status, withdrawn } = snapshot;
  const amount = subtract(known.withdrawn, withdrawn);
  const isNews = known.status === status || moves(known, snapshot);
  const isUndecided = (UNDECIDED as readonly string[]).includes(status);
  if (!isNews || amount.amount === 0 || (isUndecided && amount.amount > 0)) return [];
  const fee = money(0, amount.currency);
  return [{ reference: `${status}:${withdrawn.amount}`, amount, fee }];
}
