import { Injectable } from '@nestjs/common';
import { DoctorsService } from '#doctors';
import { type Actor, notFound, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { containing, given, pageOf, within } from '#platform';
import { asPayout, type Payout, type PayoutKind, type PayoutStatus } from './payout.entity.ts';
import { type PayoutLine, type PayoutSums, sumsOf } from './payout-line.entity.ts';
import { PayoutLinesService } from './payout-lines.service.ts';
import { PayoutRecordsService } from './payout-records.service.ts';

export interface PayoutFilter {
  readonly status?: PayoutStatus;
  readonly kind?: PayoutKind;
  readonly practitionerId?: string;
  /** Payouts whose period lies in it. */
  readonly period?: Period;
  /** Matches the provider's reference and the note. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: {
    readonly by: 'createdAt' | 'updatedAt' | 'amount' | 'paidAt';
    readonly descending: boolean;
  };
}

/** A payout with what it pays. */
export interface ItemizedPayout {
  readonly payout: Payout;
  readonly sums: PayoutSums;
  /** Oldest first; none of an advance. */
  readonly lines: readonly PayoutLine[];
}

/** Reads payouts: an administrator all of them, a doctor their own. */
@Injectable()
export class PayoutsService {
  constructor(
    private readonly doctors: DoctorsService,
    private readonly payouts: PayoutRecordsService,
    private readonly lines: PayoutLinesService,
  ) {}

  /** Newest first unless asked otherwise. */
  async list(_admin: Actor, filter: PayoutFilter, page: PageRequest): Promise<Page<Payout>> {
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.matching(filter)
        .orderBy(by, descending ? (order) => order.desc().nullsLast() : 'asc')
        .orderBy('id'),
      page,
    );
    return { ...found, items: found.items.map(asPayout) };
  }

  /** What `list` finds, in no order. */
  matching({ status, kind, practitionerId, period, search, created, updated }: PayoutFilter) {
    return this.payouts
      .all()
      .where((eb) =>
        eb.and(
          given([
            status && eb('status', '=', status),
            kind && eb('kind', '=', kind),
            practitionerId && eb('practitionerId', '=', practitionerId),
            period?.from && eb('periodFrom', '>=', period.from),
            period?.to && eb('periodTo', '<=', period.to),
            search &&
              eb.or([
                eb('providerReference', 'ilike', containing(search)),
                eb('note', 'ilike', containing(search)),
              ]),
            ...within('createdAt', created),
            ...within('updatedAt', updated),
          ]),
        ),
      );
  }

  /** @throws not_found `payout_not_found` */
  async get(_admin: Actor, id: string): Promise<ItemizedPayout> {
    return this.#itemized(await this.payouts.get(id));
  }

  /** A doctor's own. @throws not_found `doctor_not_found` */
  async listOwn(actor: UserActor, filter: PayoutFilter, page: PageRequest): Promise<Page<Payout>> {
    const { id } = await this.doctors.own(actor);
    return this.list(actor, { ...filter, practitionerId: id }, page);
  }

  /** @throws not_found `doctor_not_found`, `payout_not_found`, also for another doctor's */
  async getOwn(actor: UserActor, id: string): Promise<ItemizedPayout> {
    const doctor = await this.doctors.own(actor);
    const payout = await this.payouts.get(id);
    if (payout.practitionerId !== doctor.id) throw notFound('payout');
    return this.#itemized(payout);
  }

  async #itemized(payout: Payout): Promise<ItemizedPayout> {
    const lines = await this.lines.ofPayout(payout.id);
    return { payout, sums: sumsOf(lines, payout.amount.currency), lines };
  }
}
