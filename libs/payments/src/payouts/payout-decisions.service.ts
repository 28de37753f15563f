import { Injectable } from '@nestjs/common';
import { DoctorsService } from '#doctors';
import { Clock, newId, type UserActor } from '#kernel';
import { Database, Jobs, Transactional } from '#platform';
import { DoctorAccountsService } from '../ledger/doctor-accounts.service.ts';
import { ownPayout, payoutAccountNotReady } from '../payments.errors.ts';
import { ExecutePayout } from '../queues.ts';
import type { Payout } from './payout.entity.ts';
import { payoutStates } from './payout.states.ts';
import { PayoutAccountsService } from './payout-accounts.service.ts';
import { PayoutRecordsService } from './payout-records.service.ts';
import { PayoutReservationsService } from './payout-reservations.service.ts';

export interface PayoutChanges {
  readonly status?: 'approved' | 'cancelled';
  readonly note?: string | null;
}

/**
 * What administrators decide about a payout. The provider is asked by a job of the same transaction, so a
 * payout that is approved is made there, and one that is not is not.
 */
@Injectable()
export class PayoutDecisionsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly doctors: DoctorsService,
    private readonly doctorAccounts: DoctorAccountsService,
    private readonly accounts: PayoutAccountsService,
    private readonly payouts: PayoutRecordsService,
    private readonly reservations: PayoutReservationsService,
  ) {}

  /**
   * Approves a draft, or a payout that failed anew; calls one off; takes a note.
   * @throws not_found `payout_not_found`; forbidden `own_payout`; conflict `payout_is_…`,
   *   `payout_exceeds_available`, `payout_account_not_ready`
   */
  @Transactional()
  async update(actor: UserActor, id: string, { status, note }: PayoutChanges): Promise<Payout> {
    const { practitionerId } = await this.payouts.get(id);
    await this.doctorAccounts.lock(practitionerId);
    let payout = await this.payouts.locked(id);
    if (note !== undefined && note !== payout.note) {
      payout = await this.payouts.change(actor, payout, 'noted', { note });
    }
    if (status === 'approved') return this.#approve(actor, payout);
    if (status === 'cancelled') return this.#cancel(actor, payout);
    return payout;
  }

  async #approve(actor: UserActor, payout: Payout): Promise<Payout> {
    const doctor = await this.doctors.byId(payout.practitionerId);
    if (actor.userId === payout.createdBy || actor.userId === doctor.userId) throw ownPayout();
    payoutStates.assert(payout.status, 'approved');
    const account = await this.accounts.find(doctor.id, payout.provider);
    if (!account?.isReady) throw payoutAccountNotReady();
    const attemptId = newId();
    await this.reservations.reserve(payout, attemptId);
    await this.jobs.send(ExecutePayout, { payoutId: payout.id });
    return this.payouts.change(actor, payout, 'approved', {
      status: 'approved',
      attemptId,
      approvedBy: actor.userId,
      approvedAt: this.clock.now(),
      failureCode: null,
    });
  }

  async #cancel(actor: UserActor, payout: Payout): Promise<Payout> {
    payoutStates.assert(payout.status, 'cancelled');
    if (payout.status === 'approved' && payout.attemptId) {
      await this.reservations.release(payout, payout.attemptId);
    }
    await this.payouts.freeLines(payout);
    return this.payouts.change(actor, payout, 'cancelled', { status: 'cancelled' });
  }
}
