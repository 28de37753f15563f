import { Injectable } from '@nestjs/common';
import { type Actor, Clock, type Money, newId, subtract } from '#kernel';
import { Database, Jobs, Transactional } from '#platform';
import type { Outcome } from '../checkout/settlement.service.ts';
import { PayoutFailed, PayoutPaid } from '../events.ts';
import { LedgerService } from '../ledger/ledger.service.ts';
import { feePostings } from '../ledger/payment-shares.ts';
import type { TransferSnapshot } from '../providers/payout-provider.ts';
import type { Payout } from './payout.entity.ts';
import { payoutStates } from './payout.states.ts';
import { payingPostings, takingBackPostings } from './payout-postings.ts';
import { PayoutRecordsService } from './payout-records.service.ts';
import { PayoutReservationsService } from './payout-reservations.service.ts';

/** An attempt to pay out that the provider is to make. */
export type PayoutAttempt = Payout & { readonly attemptId: string };

/** Brings a payout to where its provider says it is, and books it. */
@Injectable()
export class PayoutSettlementService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly ledger: LedgerService,
    private readonly payouts: PayoutRecordsService,
    private readonly reservations: PayoutReservationsService,
  ) {}

  /**
   * From now on the provider may have been asked, and the payout can no longer be called off.
   * @returns the attempt to make, or to find out about; `undefined` when there is none
   */
  @Transactional()
  async begin(actor: Actor, payoutId: string): Promise<PayoutAttempt | undefined> {
    const payout = await this.payouts.locked(payoutId);
    const { attemptId } = payout;
    if (attemptId === null) return undefined;
    if (payoutStates.can(payout.status, 'processing')) {
      await this.payouts.change(actor, payout, 'begun', { status: 'processing' });
    } else if (payout.status !== 'processing') return undefined;
    return { ...payout, attemptId };
  }

  /** Applies a snapshot once, however often and in whatever order snapshots come. */
  @Transactional()
  async apply(actor: Actor, provider: string, snapshot: TransferSnapshot): Promise<Outcome> {
    const { payoutId, attemptId } = snapshot;
    let payout = payoutId === null ? undefined : await this.payouts.findLocked(payoutId);
    if (payout?.provider !== provider || payout.attemptId !== attemptId) return 'ignored';
    const isOver = snapshot.status === 'failed';
    if (isOver && payoutStates.can(payout.status, 'failed')) {
      await this.#fail(actor, payout, snapshot.failureCode ?? 'transfer_failed');
      return 'applied';
    }
    const isNew = snapshot.status === 'made' && payoutStates.can(payout.status, 'paid');
    if (isNew) payout = await this.#pay(actor, payout, snapshot);
    // What failed after it was made has come back whole.
    const isReturned = await this.#takeBack(actor, payout, isOver ? payout.amount : snapshot.returned);
    return isNew || isReturned ? 'applied' : 'unchanged';
  }

  /** The provider will not do it: the money is the doctor's to be paid out again. */
  @Transactional()
  async refuse(actor: Actor, { id, attemptId }: PayoutAttempt, failureCode: string): Promise<void> {
    const payout = await this.payouts.locked(id);
    if (payout.attemptId !== attemptId || !payoutStates.can(payout.status, 'failed')) return;
    await this.#fail(actor, payout, failureCode);
  }

  async #fail(actor: Actor, payout: Payout, failureCode: string): Promise<void> {
    const { id: payoutId, attemptId, practitionerId: doctorId } = payout;
    if (attemptId === null) throw new Error(`${payoutId} failed without an attempt to make it.`);
    await this.reservations.release(payout, attemptId);
    await this.payouts.change(actor, payout, 'failed', { status: 'failed', failureCode }, failureCode);
    await this.jobs.publish(PayoutFailed, { payoutId, doctorId });
  }

  async #pay(actor: Actor, payout: Payout, { reference, amount, fee }: TransferSnapshot): Promise<Payout> {
    if (subtract(payout.amount, amount).amount !== 0 || payout.attemptId === null) {
      throw new Error(`${payout.id} is ${payout.amount.amount}, but ${amount.amount} was transferred.`);
    }
    await this.ledger.post({ kind: 'payout_paid', reference: payout.attemptId }, payingPostings(payout));
    if (fee.amount !== 0) {
      const postings = feePostings(payout.provider, fee);
      await this.ledger.post({ kind: 'payout_fee', reference: payout.attemptId }, postings);
    }
    await this.jobs.publish(PayoutPaid, { payoutId: payout.id, doctorId: payout.practitionerId });
    return this.payouts.change(actor, payout, 'paid', {
      status: 'paid',
      providerReference: reference,
      paidAt: this.clock.now(),
    });
  }

  /** What the provider took back since somebody last told. It can be a part, and again a part. */
  async #takeBack(actor: Actor, payout: Payout, returned: Money): Promise<boolean> {
    const more = subtract(returned, payout.returned);
    if (payout.status !== 'paid' || more.amount <= 0) return false;
    await this.ledger.post({ kind: 'payout_returned', reference: newId() }, takingBackPostings(payout, more));
    await this.payouts.change(actor, payout, 'returned', { returnedAmount: returned.amount });
    return true;
  }
}
