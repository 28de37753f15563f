import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AuditService } from '#audit';
import { DoctorsService } from '#doctors';
import {
  type Actor,
  Clock,
  type Money,
  money,
  newId,
  notFound,
  type Page,
  type PageRequest,
  type Period,
  type UserActor,
} from '#kernel';
import { Config, containing, Database, given, pageOf, Transactional, within } from '#platform';
import { commissionRuleIsOver, invalidPeriod } from '../payments.errors.ts';
import { commissionOn } from './commission.ts';
import { asCommissionRule, type CommissionRule } from './commission-rule.entity.ts';

export interface NewCommissionRule {
  /** All doctors when absent. */
  readonly doctorId?: string;
  readonly percent: number;
  readonly minimum: Money;
  /** Now when absent. */
  readonly validFrom?: Temporal.Instant;
  /** Until it is ended when absent. */
  readonly validTo?: Temporal.Instant;
  readonly reason: string;
}

export interface CommissionRuleFilter {
  /** The rules of this doctor, not those for all. */
  readonly practitionerId?: string;
  readonly currency?: string;
  /** Rules for all doctors, or rules of single doctors. */
  readonly scope?: 'platform' | 'doctor';
  /** Rules that are in force then; whether one set later goes before it, the order tells. */
  readonly at?: Temporal.Instant;
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt' | 'validFrom'; readonly descending: boolean };
}

/** What is kept of one payment, and why. */
export interface Commission {
  readonly amount: Money;
  /** `null` for the percentage of the settings. */
  readonly ruleId: string | null;
}

/**
 * Decides what the platform keeps. The past is not changed: a rule begins now or later, and what was kept of a
 * payment stands with the payment.
 */
@Injectable()
export class CommissionRulesService {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditService,
    private readonly doctors: DoctorsService,
  ) {}

  /** Newest first unless asked otherwise: of two that are in force, the first one counts. */
  async list(_admin: Actor, filter: CommissionRuleFilter, page: PageRequest): Promise<Page<CommissionRule>> {
    const { practitionerId, currency, scope, at, search, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.database.query
        .selectFrom('commissionRules')
        .selectAll()
        .where((eb) =>
          eb.and(
            given([
              practitionerId && eb('practitionerId', '=', practitionerId),
              currency && eb('currency', '=', currency),
              scope && eb('practitionerId', scope === 'platform' ? 'is' : 'is not', null),
              at && inForce(at),
              search && eb('reason', 'ilike', containing(search)),
              ...within('createdAt', created),
              ...within('updatedAt', updated),
            ]),
          ),
        )
        .orderBy(by, descending ? 'desc' : 'asc')
        .orderBy('id', 'desc'),
      page,
    );
    return { ...found, items: found.items.map(asCommissionRule) };
  }

  /** @throws not_found `commission_rule_not_found` */
  async get(_admin: Actor, id: string): Promise<CommissionRule> {
    const row = await this.database.query
      .selectFrom('commissionRules')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw notFound('commission_rule');
    return asCommissionRule(row);
  }

  /** Sets a rule, from now or from later on. @throws not_found `doctor_not_found`; invalid `invalid_period` */
  @Transactional()
  async set(admin: UserActor, rule: NewCommissionRule): Promise<CommissionRule> {
    const { doctorId, percent, minimum, validTo, reason } = rule;
    const now = this.clock.now();
    const validFrom = rule.validFrom ?? now;
    const isPast = Temporal.Instant.compare(validFrom, now) < 0;
    const isEmpty = validTo !== undefined && Temporal.Instant.compare(validTo, validFrom) <= 0;
    if (isPast || isEmpty) throw invalidPeriod();
    const doctor = doctorId === undefined ? null : await this.doctors.byId(doctorId);
    const row = await this.database.query
      .insertInto('commissionRules')
      .values({
        id: newId(),
        practitionerId: doctor?.id ?? null,
        currency: minimum.currency,
        basisPoints: Math.round(percent * 100),
        minimumAmount: minimum.amount,
        validFrom,
        validTo: validTo ?? null,
        reason,
        createdBy: admin.userId,
        createdAt: now,
        updatedAt: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await this.#trace(admin, row.id, 'set', doctor?.organizationId, reason);
    return asCommissionRule(row);
  }

  /**
   * Ends a rule now; one that has not begun never does.
   * @throws not_found `commission_rule_not_found`; conflict `commission_rule_is_over`
   */
  @Transactional()
  async end(admin: UserActor, id: string): Promise<CommissionRule> {
    const now = this.clock.now();
    const { practitionerId } = await this.get(admin, id);
    const row = await this.database.query
      .updateTable('commissionRules')
      .set({ validTo: sql<Temporal.Instant>`greatest(valid_from, ${now})`, updatedAt: now })
      .where('id', '=', id)
      .where((eb) => eb.or([eb('validTo', 'is', null), eb('validTo', '>', now)]))
      .where(sql<boolean>`valid_to is distinct from valid_from`)
      .returningAll()
      .executeTakeFirst();
    if (!row) throw commissionRuleIsOver();
    const doctor = practitionerId === null ? null : await this.doctors.byId(practitionerId);
    await this.#trace(admin, id, 'ended', doctor?.organizationId);
    return asCommissionRule(row);
  }

  /** What is kept of a payment that is opened now: the doctor's rule, or that for all, or that of the settings. */
  async of(practitionerId: string, amount: Money): Promise<Commission> {
    const row = await this.database.query
      .selectFrom('commissionRules')
      .selectAll()
      .where('currency', '=', amount.currency)
      .where((eb) => eb.or([eb('practitionerId', '=', practitionerId), eb('practitionerId', 'is', null)]))
      .where(inForce(this.clock.now()))
      .orderBy('practitionerId', (order) => order.asc().nullsLast())
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    const terms = row
      ? asCommissionRule(row)
      : { percent: this.config.env.PLATFORM_COMMISSION_PERCENT, minimum: money(0, amount.currency) };
    return { amount: commissionOn(amount, terms), ruleId: row?.id ?? null };
  }

  async #trace(
    admin: UserActor,
    id: string,
    act: 'set' | 'ended',
    organizationId?: string,
    reason?: string,
  ): Promise<void> {
    await this.audit.record(admin, {
      action: `commission_rule.${act}`,
      resource: 'commission_rule',
      resourceId: id,
      organizationId: organizationId ?? null,
      ...(reason !== undefined && { reason }),
    });
  }
}

function inForce(at: Temporal.Instant) {
  return sql<boolean>`valid_from <= ${at} and (valid_to is null or valid_to > ${at})`;
}
