import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { Clock, type Page, type PageRequest, type Period } from '#kernel';
import { anyOf, containing, Database, given, pageOf, within } from '#platform';
import { asDoctor, DOCTOR_COLUMNS, type Doctor, licensedOn } from './doctor.entity.ts';
import { type TextQuery, textMatch, textRank, wordsOf } from './doctor-text.ts';

/** What a profile can be found by. */
export interface ProfileFilter {
  readonly id?: string;
  /** Words of name, specialties, qualifications and biography, in any order. */
  readonly search?: string;
  /** Words of the name alone. */
  readonly name?: string;
  readonly specialty?: string;
  readonly language?: string;
  readonly gender?: 'female' | 'male' | 'other';
  /** Where the doctor is licensed. */
  readonly country?: string;
  readonly currency?: string;
  /** Minor units. */
  readonly feeFrom?: number;
  readonly feeTo?: number;
  readonly ratingFrom?: number;
  /** Years. */
  readonly experienceFrom?: number;
  /** Whether the doctor takes bookings; those who do when left out. */
  readonly accepting?: boolean | 'any';
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: {
    readonly by: 'name' | 'fee' | 'rating' | 'experience' | 'createdAt' | 'updatedAt';
    readonly descending: boolean;
  };
}

export interface TermFilter {
  readonly search?: string;
  readonly order?: { readonly by: 'name' | 'count'; readonly descending: boolean };
}

/** A word of a catalogue, and how many doctors have it. */
export interface Term {
  readonly name: string;
  readonly count: number;
}

/** Finds listed doctors by what their profiles say. When they are free is not its affair. */
@Injectable()
export class DoctorSearch {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The ids of everybody who fits: the best match first where text was asked for, otherwise the best rated,
   * unless the filter says otherwise.
   */
  async ids(filter: ProfileFilter): Promise<string[]> {
    // As one value: ten thousand rows cost more.
    const { ids } = await this.database.query
      .selectFrom((await this.statement(filter)).as('found'))
      .select(sql<string | null>`string_agg(id::text, ',')`.as('ids'))
      .executeTakeFirstOrThrow();
    return ids?.split(',') ?? [];
  }

  /** Profiles, in whatever state, by their ids. */
  async byIds(ids: readonly string[]): Promise<ReadonlyMap<string, Doctor>> {
    const rows = await this.database.query
      .selectFrom('doctors')
      .select(DOCTOR_COLUMNS)
      .where('id', '=', anyOf(ids))
      .execute();
    return new Map(rows.map((row) => [row.id, asDoctor(row)]));
  }

  /** By their ids, for lists that show no more of a doctor. */
  async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.database.query
      .selectFrom('doctors')
      .select(['id', 'name'])
      .where('id', '=', anyOf(ids))
      .execute();
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** The specialties, or languages, of those who take bookings, the most frequent first unless asked otherwise. */
  async terms(
    of: 'specialties' | 'languages',
    { search, order = { by: 'count', descending: true } }: TermFilter,
    page: PageRequest,
  ): Promise<Page<Term>> {
    const found = await pageOf(
      this.database.query
        .selectFrom(
          this.#listed({})
            .select(sql<string>`unnest(${sql.ref(of)})`.as('name'))
            .as('term'),
        )
        .select(['name', sql<number>`count(*)`.as('count')])
        .where((eb) => eb.and(given([search && sql<boolean>`fold(name) like fold(${containing(search)})`])))
        .groupBy('name')
        .orderBy(order.by, order.descending ? 'desc' : 'asc')
        .orderBy('name'),
      page,
    );
    return { ...found, items: found.items.map(({ name, count }) => ({ name, count })) };
  }

  /** What `ids` runs, for whoever builds on it. */
  async statement({ search, name, order, ...profile }: ProfileFilter) {
    const texts = [
      ...(search === undefined ? [] : [await this.#read(search, '')]),
      ...(name === undefined ? [] : [await this.#read(name, 'A')]),
    ];
    const matching = this.#listed(profile).where((eb) => eb.and(texts.map(textMatch)));
    const rank = order ? undefined : textRank(texts);
    const { by, descending } = order ?? { by: 'rating', descending: true };
    return matching
      .select('id')
      .$if(rank !== undefined, (query) => query.orderBy(rank as RawBuilder<number>, 'desc'))
      .orderBy(COLUMNS[by], (column) => (descending ? column.desc() : column.asc()).nullsLast())
      .orderBy('ratingCount', 'desc')
      .orderBy('id');
  }

  /**
   * A text is taken as it was typed where any listed doctor has it so. Only where nobody does are typing
   * errors forgiven: otherwise everybody who looks for cardiology is shown radiology too.
   */
  async #read(text: string, weights: TextQuery['weights']): Promise<TextQuery> {
    const exact: TextQuery = { words: wordsOf(text), weights, forgiving: false };
    const hit = await this.#listed({ accepting: 'any' })
      .where(textMatch(exact))
      .select('id')
      .limit(1)
      .executeTakeFirst();
    return { ...exact, forgiving: hit === undefined };
  }

  #listed(filter: Omit<ProfileFilter, 'search' | 'name' | 'order'>) {
    const { id, specialty, language, gender, country, currency, feeFrom, feeTo } = filter;
    const { ratingFrom, experienceFrom, accepting = true, created, updated } = filter;
    return (
      this.database.query
        .selectFrom('doctors')
        // Said without a parameter, so that a prepared plan can use the index of those who are listed.
        .where(sql<boolean>`kyc_status = 'approved'`)
        .where('licenseExpiresOn', '>=', licensedOn(this.clock.now()))
        .where((eb) =>
          eb.and(
            given([
              id && eb('id', '=', id),
              accepting !== 'any' &&
                (accepting ? sql<boolean>`accepting_patients` : sql<boolean>`not accepting_patients`),
              specialty && sql<boolean>`specialties @> array[lower(${specialty})]`,
              language && sql<boolean>`languages @> array[lower(${language})]`,
              gender && eb('gender', '=', gender),
              country && eb('licenseCountry', '=', country),
              currency && eb('feeCurrency', '=', currency),
              feeFrom !== undefined && eb('feeAmount', '>=', feeFrom),
              feeTo !== undefined && eb('feeAmount', '<=', feeTo),
              ratingFrom !== undefined && eb('rating', '>=', ratingFrom),
              experienceFrom !== undefined && eb('yearsOfExperience', '>=', experienceFrom),
              ...within('createdAt', created),
              ...within('updatedAt', updated),
            ]),
          ),
        )
    );
  }
}

const COLUMNS = {
  name: 'name',
  fee: 'feeAmount',
  rating: 'rating',
  experience: 'yearsOfExperience',
  createdAt: 'createdAt',
  updatedAt: 'updatedAt',
} as const;
