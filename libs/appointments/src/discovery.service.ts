import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { Slot } from '#availability';
import { asDoctor, DOCTOR_COLUMNS, type Doctor } from '#doctors';
import { Clock, type Page, type PageRequest } from '#kernel';
import { Database, given, pageOf } from '#platform';
import { Calendars } from './calendars.ts';
import type { DoctorList } from './doctor-list.ts';
import { DoctorLists } from './doctor-lists.ts';
import { pageInOrder } from './page-in-order.ts';
import { asBookable, type BookableSlot, type Window } from './slots.service.ts';

export interface DoctorFilter {
  readonly search?: string;
  readonly specialty?: string;
  readonly language?: string;
  readonly gender?: 'female' | 'male' | 'other';
  readonly country?: string;
  readonly currency?: string;
  /** Minor units. */
  readonly feeFrom?: number;
  readonly feeTo?: number;
  readonly ratingFrom?: number;
  /** Only doctors with a free slot that starts in this time. */
  readonly freeFrom?: Temporal.Instant;
  readonly freeBefore?: Temporal.Instant;
  readonly order?: {
    readonly by: 'name' | 'fee' | 'rating' | 'experience' | 'createdAt' | 'nextSlot';
    readonly descending: boolean;
  };
}

/** A question about slots across doctors. */
export interface SlotFilter extends Omit<DoctorFilter, 'order' | 'freeFrom' | 'freeBefore'> {
  readonly doctorId?: string;
  /** No more than this many of each doctor, the soonest. */
  readonly perDoctor?: number;
}

export interface FoundDoctor {
  readonly doctor: Doctor;
  readonly nextSlot: BookableSlot | null;
}

export interface FoundSlot {
  readonly doctor: Pick<Doctor, 'id' | 'name'>;
  readonly slot: BookableSlot;
}

/** Finding a doctor: everybody who is listed, with the next slot that can be booked. */
@Injectable()
export class DiscoveryService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly calendars: Calendars,
    private readonly lists: DoctorLists,
  ) {}

  async search(filter: DoctorFilter, page: PageRequest): Promise<Page<FoundDoctor>> {
    const bySlot = filter.order?.by === 'nextSlot' || filter.freeFrom || filter.freeBefore;
    return bySlot ? this.#bySlot(filter, page) : this.#byProfile(filter, page);
  }

  /** The bookable slots in a time, of every doctor who fits, soonest first. */
  async slots(
    { doctorId, perDoctor, ...filter }: SlotFilter,
    { from, to }: Window,
    page: PageRequest,
  ): Promise<Page<FoundSlot>> {
    const doctors = await this.#listed(filter)
      .select(['id', 'name'])
      .where((eb) => eb.and(given([doctorId && eb('id', '=', doctorId)])))
      .execute();
    const calendars = await this.calendars.of(doctors.map(({ id }) => id));
    const now = this.clock.now().epochMilliseconds;
    const window = { start: from.epochMilliseconds, end: to.epochMilliseconds };
    const found = doctors.flatMap((doctor, i) =>
      (calendars[i]?.slots(window, now, perDoctor) ?? []).map((slot) => ({ doctor, slot })),
    );
    const { places } = pageInOrder(
      Float64Array.from(found, ({ slot }) => slot.start),
      found.map(({ doctor }) => doctor.id),
      page,
    );
    return {
      ...page,
      total: found.length,
      items: places.map((place) => {
        const { doctor, slot } = found[place] as (typeof found)[number];
        return { doctor, slot: asBookable(slot) };
      }),
    };
  }

  async #byProfile(filter: DoctorFilter, page: PageRequest): Promise<Page<FoundDoctor>> {
    const found = await pageOf(this.#ordered(filter), page);
    const calendars = await this.calendars.of(found.items.map(({ id }) => id));
    const now = this.clock.now().epochMilliseconds;
    return { ...found, items: found.items.map((row, i) => asFound(row, calendars[i]?.next(now, now))) };
  }

  /**
   * Slots are computed, so a question about them is answered for every doctor that the profile lets through:
   * from memory, and with no more of each doctor than a number until the page is known.
   */
  async #bySlot(filter: DoctorFilter, page: PageRequest): Promise<Page<FoundDoctor>> {
    const { order, freeFrom, freeBefore } = filter;
    const list = await this.#matching(filter);
    const now = this.clock.now().epochMilliseconds;
    const from = freeFrom?.epochMilliseconds ?? now;
    const before = freeBefore?.epochMilliseconds ?? Infinity;
    const starts = await list.startsFrom(from, now, (ids) => this.calendars.of(ids));
    const isLeftOut = (start: number) => (freeFrom || freeBefore) !== undefined && !(start < before);
    const { places: chosen, total } =
      order?.by === 'nextSlot'
        ? pageInOrder(starts.map(sortKey(isLeftOut, order.descending)), list.ids, page)
        : pageOfPlaces(starts, isLeftOut, page);
    const ids = chosen.map((place) => list.ids[place] as string);
    const [rows, calendars] = await Promise.all([this.#rows(ids), this.calendars.of(ids)]);
    return {
      ...page,
      total,
      items: ids.flatMap((id, i) => {
        const row = rows.get(id);
        return row ? [asFound(row, calendars[i]?.next(from, now))] : [];
      }),
    };
  }

  /** The ids of all who fit, in order unless the slots make it. */
  #matching(asked: DoctorFilter): Promise<DoctorList> {
    const { freeFrom: _from, freeBefore: _before, ...filter } = asked;
    const today = this.clock.now().toZonedDateTimeISO('UTC').toPlainDate().toString();
    return this.lists.of(JSON.stringify([today, filter]), async () => {
      const matching =
        filter.order?.by === 'nextSlot'
          ? this.#listed(filter).select('id')
          : this.#ordered(filter).clearSelect().select('id');
      // As one value: ten thousand rows cost more.
      const { ids } = await this.database.query
        .selectFrom(matching.as('found'))
        .select(sql<string | null>`string_agg(id::text, ',')`.as('ids'))
        .executeTakeFirstOrThrow();
      return ids?.split(',') ?? [];
    });
  }

  async #rows(ids: readonly string[]) {
    const rows = await this.database.query
      .selectFrom('doctors')
      .select(DOCTOR_COLUMNS)
      .where('id', '=', sql<string>`any(${ids}::uuid[])`)
      .execute();
    return new Map(rows.map((row) => [row.id, row]));
  }

  #ordered(filter: DoctorFilter) {
    const { by, descending } = filter.order ?? { by: 'rating', descending: true };
    const rating = sql`rating_total::numeric / nullif(rating_count, 0)`;
    const column = {
      name: sql`name`,
      fee: sql`fee_amount`,
      rating,
      experience: sql`years_of_experience`,
      createdAt: sql`created_at`,
      nextSlot: sql`name`,
    }[by];
    return (
      this.#listed(filter)
        .select(DOCTOR_COLUMNS)
        // With a search the best match comes first unless another order is asked for.
        .$if(filter.search !== undefined && filter.order === undefined, (query) =>
          query.orderBy(sql`word_similarity(fold(${filter.search}), search_text)`, 'desc'),
        )
        .orderBy(column, (order) => (descending ? order.desc() : order.asc()).nullsLast())
        .orderBy('id')
    );
  }

  #listed(filter: DoctorFilter) {
    const { search, specialty, language, gender, country, currency, feeFrom, feeTo, ratingFrom } = filter;
    const today = this.clock.now().toZonedDateTimeISO('UTC').toPlainDate().toString();
    return this.database.query
      .selectFrom('doctors')
      .where('kycStatus', '=', 'approved')
      .where('licenseExpiresOn', '>=', today)
      .where('acceptingPatients', '=', true)
      .where((eb) =>
        eb.and(
          given([
            // Typing errors and accents are forgiven: trigrams of the folded text (pg_trgm).
            search && sql<boolean>`fold(${search}) <% search_text`,
            specialty && sql<boolean>`specialties @> array[lower(${specialty})]`,
            language && sql<boolean>`languages @> array[lower(${language})]`,
            gender && eb('gender', '=', gender),
            country && eb('licenseCountry', '=', country),
            currency && eb('feeCurrency', '=', currency),
            feeFrom !== undefined && eb('feeAmount', '>=', feeFrom),
            feeTo !== undefined && eb('feeAmount', '<=', feeTo),
            ratingFrom !== undefined &&
              sql<boolean>`rating_total >= ${ratingFrom}::numeric * nullif(rating_count, 0)`,
          ]),
        ),
      );
  }
}

function asFound(row: Parameters<typeof asDoctor>[0], next: Slot | undefined): FoundDoctor {
  return { doctor: asDoctor(row), nextSlot: next ? asBookable(next) : null };
}

/** By what a slot's start is sorted. Who has none comes last in either direction. */
function sortKey(isLeftOut: (start: number) => boolean, descending: boolean): (start: number) => number {
  return (start) => {
    if (isLeftOut(start)) return Number.NaN;
    return descending && start !== Infinity ? -start : start;
  };
}

/** A page of the places that are not left out, in the order in which they are. */
function pageOfPlaces(
  starts: Float64Array,
  isLeftOut: (start: number) => boolean,
  { page, pageSize }: PageRequest,
): { places: number[]; total: number } {
  const places = [...starts.keys()].filter((place) => !isLeftOut(starts[place] as number));
  return { places: places.slice((page - 1) * pageSize, page * pageSize), total: places.length };
}
