import { Injectable } from '@nestjs/common';
import { type Doctor, DoctorsService } from '#doctors';
import { Clock, newId, notFound, type Page, type PageRequest, type UserActor } from '#kernel';
import { Database, given, pageOf, Transactional } from '#platform';
import { type AvailabilityRule, asRule, asSchedule } from './availability-rule.entity.ts';
import { assertException } from './date-exception.ts';
import type { Break, Schedule } from './schedule.ts';
import { assertNoOverlap, assertRule } from './weekly-rule.ts';

/** What a doctor says of a rule; lengths that are left out come from the doctor's profile. */
export interface RuleInput {
  readonly kind: 'weekly' | 'extra' | 'off';
  readonly weekday?: number | null;
  readonly date?: string | null;
  readonly startTime?: string | null;
  readonly endTime?: string | null;
  readonly breaks?: readonly Break[];
  readonly timeZone?: string;
  readonly validFrom?: string | null;
  readonly validUntil?: string | null;
  readonly slotMinutes?: number;
  readonly bufferMinutes?: number;
}

export interface RuleFilter {
  readonly kind?: 'weekly' | 'extra' | 'off';
  readonly weekday?: number;
}

/** A doctor's own hours. */
@Injectable()
export class AvailabilityService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly doctors: DoctorsService,
  ) {}

  async list(
    actor: UserActor,
    { kind, weekday }: RuleFilter,
    page: PageRequest,
  ): Promise<Page<AvailabilityRule>> {
    const doctor = await this.doctors.own(actor);
    const found = await pageOf(
      this.database.query
        .selectFrom('availabilityRules')
        .selectAll()
        .where('practitionerId', '=', doctor.id)
        .where((eb) => eb.and(given([kind && eb('kind', '=', kind), weekday && eb('weekday', '=', weekday)])))
        .orderBy('kind')
        .orderBy('weekday')
        .orderBy('date')
        .orderBy('startTime')
        .orderBy('id'),
      page,
    );
    return { ...found, items: found.items.map(asRule) };
  }

  async get(actor: UserActor, ruleId: string): Promise<AvailabilityRule> {
    const doctor = await this.doctors.own(actor);
    const row = await this.database.query
      .selectFrom('availabilityRules')
      .selectAll()
      .where('id', '=', ruleId)
      .where('practitionerId', '=', doctor.id)
      .executeTakeFirst();
    if (!row) throw notFound('availability');
    return asRule(row);
  }

  /** Errors: as `assertRule` and `assertException`; conflict `availability_overlap` */
  @Transactional()
  async create(actor: UserActor, input: RuleInput): Promise<AvailabilityRule> {
    const doctor = await this.#lockedOwn(actor);
    const now = this.clock.now();
    const rule = { ...columns(input, doctor), id: newId(), createdAt: now, updatedAt: now };
    await this.#assertFits(doctor, rule);
    return this.database.query
      .insertInto('availabilityRules')
      .values({ ...rule, breaks: JSON.stringify(rule.breaks) })
      .returningAll()
      .executeTakeFirstOrThrow()
      .then(asRule);
  }

  /** Errors: as `create`; not_found `availability_not_found` */
  @Transactional()
  async update(actor: UserActor, ruleId: string, changes: Partial<RuleInput>): Promise<AvailabilityRule> {
    const doctor = await this.#lockedOwn(actor);
    const before = await this.get(actor, ruleId);
    const rule = {
      ...columns({ ...before, ...changes }, doctor),
      id: ruleId,
      createdAt: before.createdAt,
      updatedAt: this.clock.now(),
    };
    await this.#assertFits(doctor, rule);
    return this.database.query
      .updateTable('availabilityRules')
      .set({ ...rule, breaks: JSON.stringify(rule.breaks) })
      .where('id', '=', ruleId)
      .returningAll()
      .executeTakeFirstOrThrow()
      .then(asRule);
  }

  /** Takes the hours away for the future; visits that are booked stay. */
  @Transactional()
  async remove(actor: UserActor, ruleId: string): Promise<void> {
    const { id } = await this.get(actor, ruleId);
    await this.database.query.deleteFrom('availabilityRules').where('id', '=', id).execute();
  }

  /** The hours of each of these practitioners; one who has said nothing yet is never open. */
  async schedulesOf(practitionerIds: readonly string[]): Promise<Map<string, Schedule>> {
    const rules = new Map<string, AvailabilityRule[]>(practitionerIds.map((id) => [id, []]));
    if (practitionerIds.length > 0) {
      const rows = await this.database.query
        .selectFrom('availabilityRules')
        .selectAll()
        .where('practitionerId', 'in', practitionerIds)
        .execute();
      for (const row of rows) rules.get(row.practitionerId)?.push(asRule(row));
    }
    return new Map([...rules].map(([id, own]) => [id, asSchedule(own)]));
  }

  /** Two rules that are written at the same time must each see the other. */
  async #lockedOwn(actor: UserActor): Promise<Doctor> {
    const doctor = await this.doctors.own(actor);
    await this.database.lock(`availability:${doctor.id}`);
    return doctor;
  }

  async #assertFits(doctor: Doctor, rule: AvailabilityRule): Promise<void> {
    const {
      rules: [weekly],
      exceptions: [exception],
    } = asSchedule([rule]);
    if (exception) assertException(exception);
    if (!weekly) return;
    assertRule(weekly);
    const schedule = (await this.schedulesOf([doctor.id])).get(doctor.id);
    assertNoOverlap(weekly, schedule?.rules ?? [], this.clock.now().epochMilliseconds);
  }
}

function columns(input: RuleInput, doctor: Doctor): Omit<AvailabilityRule, 'id' | 'createdAt' | 'updatedAt'> {
  const weekly = input.kind === 'weekly';
  return {
    organizationId: doctor.organizationId,
    practitionerId: doctor.id,
    kind: input.kind,
    weekday: weekly ? (input.weekday ?? null) : null,
    date: weekly ? null : (input.date ?? null),
    startTime: input.startTime ?? null,
    endTime: input.endTime ?? null,
    breaks: weekly ? (input.breaks ?? []) : [],
    timeZone: input.timeZone ?? doctor.timeZone,
    validFrom: weekly ? (input.validFrom ?? null) : null,
    validUntil: weekly ? (input.validUntil ?? null) : null,
    slotMinutes: input.slotMinutes ?? doctor.slotMinutes,
    bufferMinutes: input.bufferMinutes ?? doctor.bufferMinutes,
  };
}
