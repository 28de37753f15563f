import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { asDoctor, DOCTOR_COLUMNS, type Doctor } from '#doctors';
import { Clock, type Page, type PageRequest } from '#kernel';
import { Database, given, pageOf } from '#platform';
import { type BookableSlot, SlotsService } from './slots.service.ts';

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

export interface FoundDoctor {
  readonly doctor: Doctor;
  readonly nextSlot: BookableSlot | null;
}

export interface FoundSlot {
  readonly doctor: Doctor;
  readonly slot: BookableSlot;
}

/** Finding a doctor: everybody who is listed, with the next slot that can be booked. */
@Injectable()
export class DiscoveryService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly bookable: SlotsService,
  ) {}

  async search(filter: DoctorFilter, page: PageRequest): Promise<Page<FoundDoctor>> {
    const bySlot = filter.order?.by === 'nextSlot' || filter.freeFrom || filter.freeBefore;
    return bySlot ? this.#bySlot(filter, page) : this.#byProfile(filter, page);
  }

  /** The bookable slots in a time, of every doctor who fits, soonest first. */
  async slots(
    { doctorId, ...filter }: DoctorFilter & { readonly doctorId?: string },
    window: { readonly from: Temporal.Instant; readonly to: Temporal.Instant },
    { page, pageSize }: PageRequest,
  ): Promise<Page<FoundSlot>> {
    const rows = await this.#ordered(filter)
      .where((eb) => eb.and(given([doctorId && eb('id', '=', doctorId)])))
      .execute();
    const doctors = rows.map(asDoctor);
    const free = await this.bookable.between(doctors, window.from, window.to);
    const found = doctors
      .flatMap((doctor) => (free.get(doctor.id) ?? []).map((slot) => ({ doctor, slot })))
      .sort((a, b) => Temporal.Instant.compare(a.slot.start, b.slot.start));
    return {
      items: found.slice((page - 1) * pageSize, page * pageSize),
      total: found.length,
      page,
      pageSize,
    };
  }

  async #byProfile(filter: DoctorFilter, page: PageRequest): Promise<Page<FoundDoctor>> {
    const found = await pageOf(this.#ordered(filter), page);
    const doctors = found.items.map(asDoctor);
    const next = await this.bookable.next(doctors);
    return { ...found, items: doctors.map((doctor) => ({ doctor, nextSlot: next.get(doctor.id) ?? null })) };
  }

  /** Slots are computed, so a question about them is answered for every doctor that the profile lets through. */
  async #bySlot(filter: DoctorFilter, { page, pageSize }: PageRequest): Promise<Page<FoundDoctor>> {
    const { order, freeFrom, freeBefore } = filter;
    const doctors = (await this.#ordered(filter).execute()).map(asDoctor);
    const next = await this.bookable.next(doctors, freeFrom ?? this.clock.now());
    const free = doctors.flatMap((doctor) => {
      const nextSlot = next.get(doctor.id);
      if (!nextSlot || (freeBefore && Temporal.Instant.compare(nextSlot.start, freeBefore) >= 0)) return [];
      return [{ doctor, nextSlot }];
    });
    if (order?.by === 'nextSlot') {
      const sign = order.descending ? -1 : 1;
      free.sort((a, b) => sign * Temporal.Instant.compare(a.nextSlot.start, b.nextSlot.start));
    }
    const items = free.slice((page - 1) * pageSize, page * pageSize);
    return { items, total: free.length, page, pageSize };
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
