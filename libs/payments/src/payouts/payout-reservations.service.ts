import { Injectable } from '@nestjs/common';
import { add, type Money, money, subtract } from '#kernel';
import { DoctorAccountsService } from '../ledger/doctor-accounts.service.ts';
import { LedgerService } from '../ledger/ledger.service.ts';
import { payoutExceedsAvailable } from '../payments.errors.ts';
import type { Payout } from './payout.entity.ts';
import { PayoutLinesService } from './payout-lines.service.ts';
import { carryingPostings, reservingPostings } from './payout-postings.ts';

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
    const { available, owed } = await this.doctorAccounts.holdings(
      payout.practitionerId,
      payout.amount.currency,
    );
    const payable = subtract(available, owed);
    if (subtract(payable, payout.amount).amount < 0) throw payoutExceedsAvailable(payable);
    const kind = payout.kind === 'advance' ? 'advance_reserved' : 'payout_reserved';
    await this.ledger.post(
      { kind, reference: attemptId },
      reservingPostings(payout, await this.#settled(payout, owed)),
    );
    if (payout.carried.amount === 0) return;
    await this.ledger.post({ kind: 'rest_carried', reference: attemptId }, carryingPostings(payout));
  }

  /** It came to nothing: everything is as before. */
  async release(payout: Payout, reference: string): Promise<void> {
    const [released, reserved] =
      payout.kind === 'advance'
        ? (['advance_released', 'advance_reserved'] as const)
        : (['payout_released', 'payout_reserved'] as const);
    await this.ledger.reverse({ kind: released, reference }, reserved);
    await this.ledger.reverse({ kind: 'rest_released', reference }, 'rest_carried');
  }

  /** What the payout settles of what the doctor owes: the debts among its lines, unless they were undone since. */
  async #settled({ id, amount: { currency } }: Payout, owed: Money): Promise<Money> {
    const lines = await this.lines.ofPayout(id);
    const net = lines.filter(({ onReceivable }) => onReceivable).map((line) => line.net);
    const debts = subtract(money(0, currency), net.reduce(add, money(0, currency)));
    return money(Math.max(0, Math.min(debts.amount, owed.amount)), currency);
  }
}
