import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AvailabilityService } from '#availability';
import { Clock } from '#kernel';
import { anyOf, Database } from '#platform';
import { isLive } from '../visits/live-visits.ts';
import { type BookingRules, bookingRulesOf, Calendar, type TakenTime } from './calendar.ts';
import { CalendarChanges } from './calendar-changes.ts';

/** How many calendars are read with one statement. */
const BATCH = 1000;
/** How many are kept; those read longest ago go first. Ten thousand take some 60 MB. */
const MAX_KEPT = 50_000;
type Kept = Calendar | Promise<ReadonlyMap<string, Calendar>>;

/**
 * The calendars of practitioners, kept in memory and never stale (decision 35).
 *
 * A search over a specialty asks hundreds of calendars, one for the next free slot thousands; to read their
 * hours and visits each time takes tens of milliseconds of the database however the statement is written. So
 * they are kept, and each question first looks whose calendar has changed.
 */
@Injectable()
export class Calendars {
  readonly #kept = new Map<string, Kept>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly availability: AvailabilityService,
    private readonly changes: CalendarChanges,
  ) {
    changes.onLook(({ practitionerIds }) => {
      if (!practitionerIds) this.#kept.clear();
      for (const id of practitionerIds ?? []) this.#kept.delete(id);
    });
  }

  /** The calendar of each of these practitioners as of now or later; `undefined` for one who does not exist. */
  async of(practitionerIds: readonly string[]): Promise<(Calendar | undefined)[]> {
    if (this.database.inTransaction) {
      // A transaction sees what it has written itself, and nobody else may yet.
      const read = await this.#read(practitionerIds);
      return practitionerIds.map((id) => read.get(id));
    }
    await this.changes.look();
    const missing = practitionerIds.filter((id) => !this.#kept.has(id));
    for (let i = 0; i < missing.length; i += BATCH) this.#load(missing.slice(i, i + BATCH));
    // All are taken at once: while one is awaited, the look of another request may forget the next.
    const kepts = practitionerIds.map((id) => this.#kept.get(id));
    this.#makeRoom();
    const found: (Calendar | undefined)[] = [];
    for (let i = 0; i < kepts.length; i++) {
      const kept = kepts[i];
      found.push(kept instanceof Promise ? (await kept).get(practitionerIds[i] as string) : kept);
    }
    return found;
  }

  /** Reads calendars side by side. What changes meanwhile is forgotten by the next look, also while it is read. */
  #load(ids: readonly string[]): void {
    const reading = this.#read(ids);
    for (const id of ids) this.#kept.set(id, reading);
    const settle = (calendars?: ReadonlyMap<string, Calendar>) => {
      for (const id of ids) {
        if (this.#kept.get(id) !== reading) continue;
        const calendar = calendars?.get(id);
        if (calendar) this.#kept.set(id, calendar);
        else this.#kept.delete(id);
      }
    };
    reading.then(settle, () => settle());
  }

  #makeRoom(): void {
    for (const id of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) return;
      this.#kept.delete(id);
    }
  }

  async #read(ids: readonly string[]): Promise<Map<string, Calendar>> {
    if (ids.length === 0) return new Map();
    const [rules, schedules, taken, over] = await Promise.all([
      this.#rules(ids),
      this.availability.schedulesOf(ids),
      this.#taken(ids),
      this.#over(ids),
    ]);
    return new Map(
      [...rules].map(([id, own]) => [
        id,
        new Calendar(own, schedules.get(id), taken.get(id) ?? [], over.get(id)),
      ]),
    );
  }

  async #rules(ids: readonly string[]): Promise<Map<string, BookingRules>> {
    const rows = await this.database.query
      .selectFrom('doctors')
      .select([
        'id',
        'acceptingPatients',
        'minimumNoticeMinutes',
        'bookingHorizonDays',
        'dailyLimit',
        'timeZone',
        'kycStatus',
        'licenseExpiresOn',
      ])
      .where('id', '=', anyOf(ids))
      .execute();
    return new Map(rows.map((row) => [row.id, bookingRulesOf(row)]));
  }

  /** A row for each practitioner with all their live visits: rows are what costs, not numbers. */
  async #taken(ids: readonly string[]): Promise<Map<string, TakenTime[]>> {
    const rows = await this.database.query
      .selectFrom('appointments')
      .select([
        'practitionerId',
        sql<string>`string_agg(${inMs(sql`starts_at`)}, ',' order by starts_at)`.as('starts'),
        sql<string>`string_agg(${inMs(sql`minutes_after(ends_at, buffer_minutes)`)}, ',' order by starts_at)`.as(
          'ends',
        ),
        sql<string>`string_agg(coalesce(${inMs(sql`hold_expires_at`)}, 'Infinity'), ',' order by starts_at)`.as(
          'holds',
        ),
      ])
      .where('practitionerId', '=', anyOf(ids))
      .where(isLive)
      .groupBy('practitionerId')
      .execute();
    return new Map(
      rows.map((row) => {
        const [starts, ends, holds] = [numbers(row.starts), numbers(row.ends), numbers(row.holds)];
        const taken = starts.map((start, i) => ({
          start,
          end: ends[i] as number,
          heldUntil: holds[i] as number,
        }));
        return [row.practitionerId, taken];
      }),
    );
  }

  /** Visits of today that are over count to the day's limit; nobody else needs them. */
  async #over(ids: readonly string[]): Promise<Map<string, number[]>> {
    const rows = await this.database.query
      .selectFrom('appointments as visit')
      .innerJoin('doctors as doctor', 'doctor.id', 'visit.practitionerId')
      .select(['visit.practitionerId', sql<string>`string_agg(${inMs(sql`starts_at`)}, ',')`.as('starts')])
      .where('visit.practitionerId', '=', anyOf(ids))
      .where('doctor.dailyLimit', 'is not', null)
      .where('visit.status', 'in', ['completed', 'no_show'])
      .where('visit.startsAt', '>', this.clock.now().subtract({ hours: 48 }))
      .groupBy('visit.practitionerId')
      .execute();
    return new Map(rows.map(({ practitionerId, starts }) => [practitionerId, numbers(starts)]));
  }
}

const inMs = (instant: ReturnType<typeof sql>) => sql`(extract(epoch from ${instant}) * 1000)::int8::text`;

const numbers = (list: string): number[] => list.split(',').map(Number);
