import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Doctor, DoctorsService } from '#doctors';
import { type Currency, type Money, money, subtract, type UserActor } from '#kernel';
import { Database, Transactional } from '#platform';
import { DoctorAccountsService } from '../ledger/doctor-accounts.service.ts';
import { nothingToPayOut, payoutExceedsAvailable, payoutNotTransferable } from '../payments.errors.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { asPayout, type Payout, type PayoutPeriod } from './payout.entity.ts';
import { type PayoutLine, type PayoutSums, sumsOf } from './payout-line.entity.ts';
import { PayoutLinesService } from './payout-lines.service.ts';
import { type PeriodRequest, periodOf } from './payout-period.ts';
import { PayoutRecordsService } from './payout-records.service.ts';

export interface NewDraft {
  readonly doctorId: string;
  /** All that can be paid when absent, in `currency`. */
  readonly amount?: Money;
  /** The doctor's own when absent. */
  readonly currency?: string;
  readonly note?: string | null;
}

/** What became, or would become, of one currency when payouts are generated. */
export interface GeneratedPayout {
  readonly currency: string;
  readonly outcome: 'created' | 'existing' | 'preview' | 'nothing_to_pay';
  /**
   * With `nothing_to_pay`: nothing was earned, what is to be taken off is as much or more, or what is left is less
   * than the provider can send.
   */
  readonly reason: 'no_earnings' | 'deductions_exceed_earnings' | 'less_than_transferable' | null;
  readonly payout: Payout | null;
  readonly sums: PayoutSums;
  readonly lines: readonly PayoutLine[];
}

export interface Generated {
  readonly practitionerId: string;
  readonly period: PayoutPeriod;
  /** One for each currency. */
  readonly payouts: readonly GeneratedPayout[];
}

/** Drafts payouts. What a draft would pay is no other draft's, so that nothing is paid twice. */
@Injectable()
export class PayoutDraftsService {
  constructor(
    private readonly database: Database,
    private readonly doctors: DoctorsService,
    private readonly providers: PaymentProviders,
    private readonly doctorAccounts: DoctorAccountsService,
    private readonly lines: PayoutLinesService,
    private readonly payouts: PayoutRecordsService,
  ) {}

  /**
   * Drafts a payout of all that can be paid to a doctor in a currency, or an advance of a part of it.
   * @throws not_found `doctor_not_found`; conflict `nothing_to_pay_out`, `payout_exceeds_available`; invalid
   *   `payout_not_transferable`
   */
  @Transactional()
  async create(actor: UserActor, { doctorId, amount, currency, note }: NewDraft): Promise<Payout> {
    const doctor = await this.doctors.byId(doctorId);
    await this.doctorAccounts.lock(doctorId);
    const wanted = amount?.currency ?? currency ?? doctor.fee.currency;
    const lines = ofCurrency(await this.lines.open(doctorId), wanted);
    const { net } = sumsOf(lines, wanted);
    const free = subtract(net, await this.#promised(doctorId, wanted));
    const asked = amount ?? this.#transferable(free);
    if (free.amount <= 0 || asked.amount <= 0) throw nothingToPayOut(free);
    if (asked.amount > free.amount) throw payoutExceedsAvailable(free);
    if (this.#transferable(asked).amount !== asked.amount) {
      throw payoutNotTransferable(this.#step(asked.currency));
    }
    const isAll = asked.amount === this.#transferable(net).amount;
    return this.payouts.insert(
      actor,
      doctor,
      {
        kind: isAll ? 'earnings' : 'advance',
        provider: this.providers.payoutsIn(asked.currency).name,
        amount: asked,
        carried: isAll ? subtract(net, asked) : money(0, asked.currency),
        period: null,
        note: note ?? null,
      },
      isAll ? lines : [],
    );
  }

  /**
   * Drafts what a doctor has earned in a period, one payout for each currency, less whatever is to be taken off.
   * Again, it finds the payout of the same period; only when that was paid, and more was earned in the period
   * since, there is another one for the rest.
   * @param preview says what would become of it, and drafts nothing
   * @throws not_found `doctor_not_found`; invalid `invalid_period`
   */
  @Transactional()
  async generate(
    actor: UserActor,
    request: { doctorId: string; period: PeriodRequest; preview: boolean },
  ): Promise<Generated> {
    const doctor = await this.doctors.byId(request.doctorId);
    const period = periodOf(request.period, doctor.timeZone);
    await this.doctorAccounts.lock(doctor.id);
    const open = await this.lines.open(doctor.id, period);
    const existing = await this.#ofPeriod(doctor.id, period);
    const currencies = new Set([
      ...existing.map(({ amount }) => amount.currency),
      ...open.map(({ net }) => net.currency),
    ]);
    if (currencies.size === 0) currencies.add(doctor.fee.currency);
    const payouts: GeneratedPayout[] = [];
    for (const currency of [...currencies].toSorted()) {
      const lines = ofCurrency(open, currency);
      const found = existing.find(({ amount }) => amount.currency === currency);
      payouts.push(
        (await this.#existing(found, lines)) ??
          (await this.#generate(actor, doctor, { currency, period, lines, preview: request.preview })),
      );
    }
    return { practitionerId: doctor.id, period, payouts };
  }

  async #existing(
    payout: Payout | undefined,
    open: readonly PayoutLine[],
  ): Promise<GeneratedPayout | undefined> {
    if (!payout) return undefined;
    const { currency } = payout.amount;
    const isRestToPay = payout.status === 'paid' && sumsOf(open, currency).net.amount > 0;
    if (isRestToPay) return undefined;
    const lines = await this.lines.ofPayout(payout.id);
    return { currency, outcome: 'existing', reason: null, payout, sums: sumsOf(lines, currency), lines };
  }

  async #generate(
    actor: UserActor,
    doctor: Doctor,
    {
      currency,
      period,
      lines,
      preview,
    }: { currency: string; period: PayoutPeriod; lines: readonly PayoutLine[]; preview: boolean },
  ): Promise<GeneratedPayout> {
    const sums = sumsOf(lines, currency);
    const result = { currency, sums, lines, payout: null };
    if (sums.net.amount <= 0) {
      const reason = sums.visits === 0 ? 'no_earnings' : 'deductions_exceed_earnings';
      return { ...result, outcome: 'nothing_to_pay', reason };
    }
    const amount = this.#transferable(sums.net);
    if (amount.amount === 0)
      return { ...result, outcome: 'nothing_to_pay', reason: 'less_than_transferable' };
    if (preview) return { ...result, outcome: 'preview', reason: null };
    const draft = {
      kind: 'earnings' as const,
      provider: this.providers.payoutsIn(amount.currency).name,
      amount,
      carried: subtract(sums.net, amount),
      period,
      note: null,
    };
    const payout = await this.payouts.insert(actor, doctor, draft, lines);
    return { ...result, outcome: 'created', reason: null, payout };
  }

  /** What of an amount the provider can send. */
  #transferable({ amount, currency }: Money): Money {
    return money(amount - (amount % this.#step(currency)), currency);
  }

  #step(currency: Currency): number {
    return this.providers.payoutsIn(currency).transferStep(currency);
  }

  /** The payouts of exactly this period, the last one of each currency first. */
  async #ofPeriod(practitionerId: string, { from, to }: PayoutPeriod): Promise<Payout[]> {
    const rows = await this.payouts
      .all()
      .where('practitionerId', '=', practitionerId)
      .where('periodFrom', '=', from)
      .where('periodTo', '=', to)
      .where('status', '<>', 'cancelled')
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .execute();
    return rows.map(asPayout);
  }

  /** What advances would take that are not approved yet. */
  async #promised(practitionerId: string, currency: string): Promise<Money> {
    const { promised } = await this.database.query
      .selectFrom('payouts')
      .select(sql<number>`coalesce(sum(amount), 0)::bigint`.as('promised'))
      .where('practitionerId', '=', practitionerId)
      .where('currency', '=', currency)
      .where('kind', '=', 'advance')
      .where('status', 'in', ['draft', 'failed'])
      .executeTakeFirstOrThrow();
    return money(promised, currency);
  }
}

function ofCurrency(lines: readonly PayoutLine[], currency: string): PayoutLine[] {
  return lines.filter(({ net }) => net.currency === currency);
}
