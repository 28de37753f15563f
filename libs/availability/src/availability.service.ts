import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Doctor, DoctorsService } from '#doctors';
import {
  Clock,
  conflict,
  invalid,
  newId,
  notFound,
  type Page,
  type PageRequest,
  type Period,
  type UserActor,
} from '#kernel';
import { anyOf, Database, given, Jobs, pageOf, Transactional, within } from '#platform';
import {
  type AvailabilityRule,
  asRule,
  asSchedule,
  SCHEDULE_COLUMNS,
  type ScheduleRow,
} from './availability-rule.entity.ts';
import { assertException } from './date-exception.ts';
import { HoursOpened } from './events.ts';
import { assertNoOverlap } from './overlap.ts';
import type { Break, Schedule } from './schedule.ts';
import { assertRule } from './weekly-rule.ts';

/** Enough for hours on every day of a year; more would make every question about them slow. */
const MAX_RULES = 500;

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
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: {
    readonly by: 'createdAt' | 'updatedAt' | 'weekday' | 'date';
    readonly descending: boolean;
  };
}

/** A doctor's own hours. */
@Injectable()
export class AvailabilityService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly doctors: DoctorsService,
  ) {}

  /** The actor's own: weekly hours, other hours and time off, each in their order unless asked otherwise. */
  async list(
    actor: UserActor,
    { kind, weekday, created, updated, order }: RuleFilter,
    page: PageRequest,
  ): Promise<Page<AvailabilityRule>> {
    const doctor = await this.doctors.own(actor);
    const found = await pageOf(
      this.database.query
        .selectFrom('availabilityRules')
        .selectAll()
        .where('practitionerId', '=', doctor.id)
        .where((eb) =>
          eb.and(
            given([
              kind && eb('kind', '=', kind),
              weekday && eb('weekday', '=', weekday),
              ...within('createdAt', created),
              ...within('updatedAt', updated),
            ]),
          ),
        )
        .$if(order !== undefined, (query) =>
          query.orderBy(order?.by ?? 'kind', (column) =>
            (order?.descending ? column.desc() : column.asc()).nullsLast(),
          ),
        )
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

  /** @throws as `assertRule` and `assertException`; conflict `availability_overlap`, `too_many_rules` */
  @Transactional()
  async create(actor: UserActor, input: RuleInput): Promise<AvailabilityRule> {
    const doctor = await this.#lockedOwn(actor);
    const now = this.clock.now();
    const rule = { ...columns(input, doctor), id: newId(), version: 1, createdAt: now, updatedAt: now };
    await this.#assertFits(doctor, rule);
    await this.#assertRoom(doctor);
    if (rule.kind !== 'off') await this.#opened(doctor.id);
    return this.database.query
      .insertInto('availabilityRules')
      .values({ ...rule, breaks: JSON.stringify(rule.breaks) })
      .returningAll()
      .executeTakeFirstOrThrow()
      .then(asRule);
  }

  /** @throws as `create`; not_found `availability_not_found`; conflict `version_changed` */
  @Transactional()
  async update(
    actor: UserActor,
    ruleId: string,
    changes: Partial<RuleInput>,
    expectedVersion?: number,
  ): Promise<AvailabilityRule> {
    const doctor = await this.#lockedOwn(actor);
    const before = await this.get(actor, ruleId);
    if (expectedVersion !== undefined && before.version !== expectedVersion) {
      throw hoursChanged(before.version);
    }
    const rule = {
      ...columns({ ...before, ...changes }, doctor),
      id: ruleId,
      version: before.version + 1,
      createdAt: before.createdAt,
      updatedAt: this.clock.now(),
    };
    await this.#assertFits(doctor, rule);
    await this.#opened(doctor.id);
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
    const { id, kind, practitionerId } = await this.get(actor, ruleId);
    if (kind === 'off') await this.#opened(practitionerId);
    await this.database.query.deleteFrom('availabilityRules').where('id', '=', id).execute();
  }

  /** The hours of each of these practitioners; one who has said nothing yet is never open. */
  async schedulesOf(practitionerIds: readonly string[]): Promise<Map<string, Schedule>> {
    const rules = new Map<string, ScheduleRow[]>(practitionerIds.map((id) => [id, []]));
    if (practitionerIds.length > 0) {
      const rows = await this.database.query
        .selectFrom('availabilityRules')
        .select(SCHEDULE_COLUMNS)
        // One parameter, so that the statement is the same, and prepared, for any number of them.
        .where('practitionerId', '=', anyOf(practitionerIds))
        .execute();
      for (const row of rows) rules.get(row.practitionerId)?.push(row);
    }
    return new Map([...rules].map(([id, own]) => [id, asSchedule(own)]));
  }

  /** Whoever waits for the doctor may be waiting for this. */
  async #opened(practitionerId: string): Promise<void> {
    await this.jobs.publish(HoursOpened, { practitionerId });
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
    if (weekly) assertRule(weekly);
    else if (exception) assertException(exception);
    else throw invalid('incomplete_hours', 'Hours have a day or a date, a start and an end.');
    const hours = weekly ?? (exception?.kind === 'extra' ? exception : undefined);
    const schedule = hours && (await this.schedulesOf([doctor.id])).get(doctor.id);
    if (hours && schedule) assertNoOverlap(hours, schedule, this.clock.now().epochMilliseconds);
  }

  async #assertRoom(doctor: Doctor): Promise<void> {
    const { count } = await this.database.query
      .selectFrom('availabilityRules')
      .select(sql<number>`count(*)`.as('count'))
      .where('practitionerId', '=', doctor.id)
      .executeTakeFirstOrThrow();
    if (count >= MAX_RULES) {
      throw conflict('too_many_rules', 'Remove lines that are over before you add more.', {
        limit: MAX_RULES,
      });
    }
  }
}

const hoursChanged = (version: number) =>
  conflict('version_changed', 'These hours were changed in the meantime. Read them again.', { version });

function columns(
  input: RuleInput,
  doctor: Doctor,
): Omit<AvailabilityRule, 'id' | 'version' | 'createdAt' | 'updatedAt'> {
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
