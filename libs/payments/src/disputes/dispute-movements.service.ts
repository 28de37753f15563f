import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Clock, newId, subtract } from '#kernel';
import { Database } from '#platform';
import type { Payment } from '../checkout/payment.entity.ts';
import { DoctorAccountsService } from '../ledger/doctor-accounts.service.ts';
import { LedgerService } from '../ledger/ledger.service.ts';
import { feePostings } from '../ledger/payment-shares.ts';
import type { DisputeMovement } from '../providers/payment-provider.ts';
import type { Dispute } from './dispute.entity.ts';

/** Books what a provider takes for disputes and gives back, each movement once. */
@Injectable()
export class DisputeMovementsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ledger: LedgerService,
    private readonly doctorAccounts: DoctorAccountsService,
  ) {}

  /**
   * The payment is locked.
   * @returns whether there was anything new
   */
  async book(payment: Payment, dispute: Dispute, movements: readonly DisputeMovement[]): Promise<boolean> {
    let current = payment;
    for (const movement of movements) {
      const id = await this.#keep(dispute, movement);
      if (id === undefined) continue;
      const disputed = subtract(current.disputed, movement.amount);
      const after = { ...current, disputed };
      await this.#post(current, after, { dispute, movement, id });
      await this.#sum(payment.id, dispute.id, movement);
      current = after;
    }
    return current !== payment;
  }

  /** @returns our id of it; `undefined` when it is known */
  async #keep(
    { id: disputeId, organizationId }: Dispute,
    { reference, amount }: DisputeMovement,
  ): Promise<string | undefined> {
    const kept = await this.database.query
      .insertInto('disputeMovements')
      .values({
        id: newId(),
        organizationId,
        disputeId,
        providerReference: reference,
        amount: amount.amount,
        createdAt: this.clock.now(),
      })
      .onConflict((conflict) => conflict.columns(['disputeId', 'providerReference']).doNothing())
      .returning('id')
      .executeTakeFirst();
    return kept?.id;
  }

  async #post(
    before: Payment,
    after: Payment,
    { dispute, movement, id }: { dispute: Dispute; movement: DisputeMovement; id: string },
  ): Promise<void> {
    const { amount, fee } = movement;
    if (amount.amount < 0) {
      await this.doctorAccounts.book({ kind: 'dispute_withdrawn', reference: id }, before, after);
    }
    if (amount.amount > 0) {
      const references = await this.#withdrawals(dispute.id);
      const undone = { kind: 'dispute_withdrawn', references } as const;
      await this.doctorAccounts.book({ kind: 'dispute_reinstated', reference: id }, before, after, undone);
    }
    if (fee.amount !== 0) {
      await this.ledger.post({ kind: 'dispute_fee', reference: id }, feePostings(before.provider, fee));
    }
  }

  async #sum(paymentId: string, disputeId: string, { amount, fee }: DisputeMovement): Promise<void> {
    const db = this.database.query;
    await db
      .updateTable('payments')
      .set({ disputedAmount: sql`disputed_amount - ${amount.amount}::bigint`, updatedAt: this.clock.now() })
      .where('id', '=', paymentId)
      .execute();
    await db
      .updateTable('disputes')
      .set({
        withdrawnAmount: sql`withdrawn_amount - ${amount.amount}::bigint`,
        ...(fee.amount !== 0 && {
          feeAmount: sql`fee_amount + ${fee.amount}::bigint`,
          feeCurrency: fee.currency,
        }),
        updatedAt: this.clock.now(),
      })
      .where('id', '=', disputeId)
      .execute();
  }

  async #withdrawals(disputeId: string): Promise<[string, ...string[]]> {
    const rows = await this.database.query
      .selectFrom('disputeMovements')
      .select('id')
      .where('disputeId', '=', disputeId)
      .where('amount', '<', 0)
      .execute();
    // A provider that only gives back is taken at its word.
    return [disputeId, ...rows.map(({ id }) => id)];
  }
}
