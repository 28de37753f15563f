import { Injectable } from '@nestjs/common';
import type { Updateable } from 'kysely';
import { AuditService } from '#audit';
import type { Doctor } from '#doctors';
import { type Actor, Clock, type Money, newId, notFound, type UserActor } from '#kernel';
import { Database, type Tables, Transactional } from '#platform';
import { asPayout, type Payout, type PayoutKind, type PayoutPeriod } from './payout.entity.ts';
import type { PayoutLine } from './payout-line.entity.ts';

export interface NewPayout {
  readonly kind: PayoutKind;
  readonly provider: string;
  readonly amount: Money;
  /** What of its lines stays for the next one. */
  readonly carried: Money;
  readonly period: PayoutPeriod | null;
  readonly note: string | null;
}

type Changes = Pick<
  Updateable<Tables['payouts']>,
  | 'status'
  | 'attemptId'
  | 'approvedBy'
  | 'approvedAt'
  | 'paidAt'
  | 'providerReference'
  | 'failureCode'
  | 'returnedAmount'
  | 'note'
>;

/** What is done with a payout, as the audit trail names it. */
type Act = 'drafted' | 'noted' | 'approved' | 'begun' | 'cancelled' | 'paid' | 'failed' | 'returned';

/** Payouts as they are kept: each change leaves its row in the audit trail. */
@Injectable()
export class PayoutRecordsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditService,
  ) {}

  all() {
    return this.database.query.selectFrom('payouts').selectAll();
  }

  /** @throws not_found `payout_not_found` */
  async get(id: string): Promise<Payout> {
    const row = await this.all().where('id', '=', id).executeTakeFirst();
    if (!row) throw notFound('payout');
    return asPayout(row);
  }

  /** As `get`, and nobody else changes the payout before the transaction ends. */
  async locked(id: string): Promise<Payout> {
    const payout = await this.findLocked(id);
    if (!payout) throw notFound('payout');
    return payout;
  }

  async findLocked(id: string): Promise<Payout | undefined> {
    const row = await this.all().where('id', '=', id).forUpdate().executeTakeFirst();
    return row && asPayout(row);
  }

  /** A draft of what the lines say; they are no other payout's from now on. */
  @Transactional()
  async insert(
    actor: UserActor,
    doctor: Doctor,
    { amount, carried, period, ...values }: NewPayout,
    lines: readonly PayoutLine[],
  ): Promise<Payout> {
    const now = this.clock.now();
    const row = await this.database.query
      .insertInto('payouts')
      .values({
        ...values,
        id: newId(),
        organizationId: doctor.organizationId,
        practitionerId: doctor.id,
        amount: amount.amount,
        currency: amount.currency,
        carriedAmount: carried.amount,
        periodFrom: period?.from ?? null,
        periodTo: period?.to ?? null,
        status: 'draft',
        createdBy: actor.userId,
        createdAt: now,
        updatedAt: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    if (lines.length > 0) {
      await this.database.query
        .insertInto('payoutItems')
        .values(lines.map(({ postingId }) => ({ payoutId: row.id, postingId })))
        .execute();
    }
    const payout = asPayout(row);
    await this.#trace(actor, payout, 'drafted');
    return payout;
  }

  @Transactional()
  async change(
    actor: Actor,
    { id }: Payout,
    act: Act,
    changes: Changes,
    reason: string | null = null,
  ): Promise<Payout> {
    const row = await this.database.query
      .updateTable('payouts')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    const changed = asPayout(row);
    await this.#trace(actor, changed, act, reason);
    return changed;
  }

  /** What the payout would have paid is free for another one. */
  async freeLines({ id }: Payout): Promise<void> {
    await this.database.query
      .updateTable('payoutItems')
      .set({ isLive: false })
      .where('payoutId', '=', id)
      .execute();
  }

  async #trace(actor: Actor, payout: Payout, act: Act, reason: string | null = null): Promise<void> {
    await this.audit.record(actor, {
      action: `payout.${act}`,
      resource: 'payout',
      resourceId: payout.id,
      organizationId: payout.organizationId,
      ...(reason !== null && { reason }),
    });
  }
}
