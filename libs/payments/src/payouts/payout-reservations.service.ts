import { Injectable } from '@nestjs/common';
import { add, type Money, money, subtract } from '#kernel';
import { DoctorAccountsService } from '../ledger/doctor-accounts.service.ts';
import { LedgerService } from '../ledger/ledger.service.ts';
import { payoutExceedsAvailable } from '../payments.errors.ts';
import type { Payout } from './payout.entity.ts';
import { PayoutLinesService } from './payout-lines.service.ts';
import { carryingPostings, releasingPostings, reservingPostings } from './payout-postings.ts';

/** Keeps a doctor's money back for a payout, and gives it free again. */
@Injectable()
export class PayoutReservationsService {
  constructor(
    private readonly ledger: LedgerService,
    private readonly lines: PayoutLinesService,
    private readonly doctorAccounts: DoctorAccountsService,
  ) {}

  /**
   * In the transaction that approves the payout; the doctor's accounts are locked.
   * @throws conflict `payout_exceeds_available` when less is there than when it was drafted
   */
  async reserve(payout: Payout, attemptId: string): Promise<void> {
    const payable = await this.doctorAccounts.payable(payout.practitionerId, payout.amount.currency);
    if (subtract(payable, payout.amount).amount < 0) throw payoutExceedsAvailable(payable);
    const kind = payout.kind === 'advance' ? 'advance_reserved' : 'payout_reserved';
    const postings = reservingPostings(payout, await this.#owed(payout));
    await this.ledger.post({ kind, reference: attemptId }, postings);
    await this.#carry('rest_carried', payout, attemptId);
  }

  async release(payout: Payout, attemptId: string): Promise<void> {
    const kind = payout.kind === 'advance' ? 'advance_released' : 'payout_released';
    const postings = releasingPostings(payout, await this.#owed(payout));
    await this.ledger.post({ kind, reference: attemptId }, postings);
    await this.#carry('rest_released', payout, attemptId);
  }

  async #carry(kind: 'rest_carried' | 'rest_released', payout: Payout, reference: string): Promise<void> {
    if (payout.carried.amount === 0) return;
    await this.ledger.post({ kind, reference }, carryingPostings(payout));
  }

  /** What the payout settles of what the doctor owes. */
  async #owed({ id, amount }: Payout): Promise<Money> {
    const none = money(0, amount.currency);
    const settled = (await this.lines.ofPayout(id)).filter(({ onReceivable }) => onReceivable);
    return subtract(none, settled.map(({ net }) => net).reduce(add, none));
  }
}
