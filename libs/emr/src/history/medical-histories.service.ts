import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { type Selectable, sql } from 'kysely';
import { Clock, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { containing, Database, FieldCipher, given, pageOf, type Tables, within } from '#platform';
import { CarePolicy, type ChartReference, wholeChart } from '../access/care.policy.ts';
import { historyChanged } from '../emr.errors.ts';
import type {
  HistoryContent,
  HistorySection,
  HistoryVersion,
  MedicalHistory,
} from './medical-history.entity.ts';

const UNASKED: HistoryContent = {
  allergies: null,
  conditions: null,
  medications: null,
  surgeries: null,
  family: null,
  social: null,
};

const AUTHOR = sql<string>`coalesce(doctors.name, users.first_name || ' ' || users.last_name)`;

export interface VersionFilter {
  /** Matches the author's name: what they wrote is encrypted. */
  readonly search?: string;
  readonly recorded?: Period;
  /** The oldest first. */
  readonly ascending?: boolean;
}

/** The history of a chart. Every change is a version of its own, so that it stays known who wrote what. */
@Injectable()
export class MedicalHistoriesService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly cipher: FieldCipher,
    private readonly care: CarePolicy,
  ) {}

  /** @throws not_found `patient_not_found` */
  async get(actor: UserActor, reference: ChartReference): Promise<MedicalHistory> {
    const chart = await this.care.openChart(actor, reference, 'medical_history');
    return this.latestOf(chart.id);
  }

  /**
   * The patient, or a doctor who treats them, writes sections anew; those that are left out stay.
   * @param version the one that the caller has read; nothing is written over a later one.
   * @throws not_found `patient_not_found`; conflict `version_changed`
   */
  async update(
    actor: UserActor,
    reference: ChartReference,
    changes: Partial<HistoryContent>,
    version?: number,
  ): Promise<MedicalHistory> {
    const chart = await this.care.chartToWrite(actor, reference, 'medical_history', 'update');
    const patientId = chart.id;
    return this.database.transaction(async () => {
      // There may be no version yet that could be locked.
      await this.database.lock(`medical-history:${patientId}`);
      const before = await this.latestOf(patientId);
      if (version !== undefined && version !== before.version) throw historyChanged(before.version);
      const content = contentOf(before);
      const after = { ...content, ...changes };
      if (isDeepStrictEqual(after, content)) return before;
      const next = before.version + 1;
      await this.database.query
        .insertInto('medicalHistories')
        .values({
          patientId,
          version: next,
          content: this.cipher.encryptJson(after, place(patientId, next)),
          recordedBy: actor.userId,
          recordedAt: this.clock.now(),
        })
        .execute();
      await this.care.record(actor, wholeChart(chart, 'medical_history'), 'update');
      return this.latestOf(patientId);
    });
  }

  /**
   * Every version with its author, the newest first unless asked otherwise.
   * @throws not_found `patient_not_found`
   */
  async versions(
    actor: UserActor,
    reference: ChartReference,
    { search, recorded, ascending }: VersionFilter,
    page: PageRequest,
  ): Promise<Page<HistoryVersion>> {
    const { id } = await this.care.openChart(actor, reference, 'medical_history');
    const found = await pageOf(
      this.database.query
        .selectFrom('medicalHistories as history')
        .innerJoin('users', 'users.id', 'history.recordedBy')
        .leftJoin('doctors', 'doctors.userId', 'users.id')
        .selectAll('history')
        .select(AUTHOR.as('recordedByName'))
        .where('history.patientId', '=', id)
        .where((eb) =>
          eb.and(
            given([
              search && sql<boolean>`${AUTHOR} ilike ${containing(search)}`,
              ...within('history.recordedAt', recorded),
            ]),
          ),
        )
        .orderBy('history.version', ascending ? 'asc' : 'desc'),
      page,
    );
    const before = await this.#contents(
      id,
      found.items.map(({ version }) => version - 1),
    );
    return {
      ...found,
      items: found.items.map(({ recordedByName, ...row }) => {
        const history = this.#asHistory(row);
        const changed = differences(before.get(row.version - 1) ?? UNASKED, contentOf(history));
        return { ...history, recordedByName, changed };
      }),
    };
  }

  /** For a caller that may read the chart. */
  async latestOf(patientId: string): Promise<MedicalHistory> {
    const row = await this.database.query
      .selectFrom('medicalHistories')
      .selectAll()
      .where('patientId', '=', patientId)
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!row) return { ...UNASKED, patientId, version: 0, recordedBy: null, recordedAt: null };
    return this.#asHistory(row);
  }

  async #contents(
    patientId: string,
    versions: readonly number[],
  ): Promise<ReadonlyMap<number, HistoryContent>> {
    if (versions.length === 0) return new Map();
    const rows = await this.database.query
      .selectFrom('medicalHistories')
      .selectAll()
      .where('patientId', '=', patientId)
      .where('version', 'in', versions)
      .execute();
    return new Map(rows.map((row) => [row.version, contentOf(this.#asHistory(row))]));
  }

  #asHistory({ content, ...columns }: Selectable<Tables['medicalHistories']>): MedicalHistory {
    const { patientId, version } = columns;
    return { ...columns, ...this.cipher.decryptJson<HistoryContent>(content, place(patientId, version)) };
  }
}

const place = (patientId: string, version: number) => `medical_histories:${patientId}:${version}`;

function contentOf(history: MedicalHistory): HistoryContent {
  const { allergies, conditions, medications, surgeries, family, social } = history;
  return { allergies, conditions, medications, surgeries, family, social };
}

function differences(before: HistoryContent, after: HistoryContent): HistorySection[] {
  const sections = Object.keys(after) as HistorySection[];
  return sections.filter((section) => !isDeepStrictEqual(before[section], after[section]));
}
