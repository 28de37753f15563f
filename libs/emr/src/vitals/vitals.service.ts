import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { Clock, newId, notFound, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { Database, FieldCipher, given, pageOf, type Tables, within } from '#platform';
import { CarePolicy, type ChartRecord, type ChartReference } from '../access/care.policy.ts';
import { type ChartFilter, ofPatientNamed } from '../access/chart-filter.ts';
import { notTheRecorder, recordedInFuture, vitalsOfEncounter } from '../emr.errors.ts';
import { flagsOf } from './reference-ranges.ts';
import {
  assertPlausible,
  type MeasurementChanges,
  type Measurements,
  type Vitals,
  vitalsPlace,
  withChanges,
} from './vitals.entity.ts';

export interface VitalsFilter extends ChartFilter {
  readonly encounterId?: string;
  readonly recorded?: Period;
  readonly order?: { readonly by: 'recordedAt' | 'createdAt' | 'updatedAt'; readonly descending: boolean };
}

export interface Reading {
  readonly measurements: Measurements;
  /** When it was taken; now, when left out. */
  readonly recordedAt?: Temporal.Instant;
}

export interface ReadingChanges {
  readonly measurements: MeasurementChanges;
  readonly recordedAt?: Temporal.Instant;
}

/** A client's clock may run ahead of ours by this much. */
const CLOCK_SKEW = { minutes: 5 };
/** How many of the newest sets are looked through for a sign that not every set has. */
const LOOK_BACK = 20;

/** Vital signs: what patients measure at home, and what doctors take down in a visit. */
@Injectable()
export class VitalsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly cipher: FieldCipher,
    private readonly care: CarePolicy,
  ) {}

  /** Of every chart that the actor may read, the last recorded first. */
  async list(actor: UserActor, filter: VitalsFilter, page: PageRequest): Promise<Page<Vitals>> {
    const { patientId, encounterId, search, recorded, created, updated } = filter;
    if (patientId) await this.care.chart(actor, patientId, 'vitals', 'list');
    const { by, descending } = filter.order ?? { by: 'recordedAt', descending: true };
    const found = await pageOf(
      this.#all()
        .where('patientId', 'in', this.care.readableCharts(actor))
        .where((eb) =>
          eb.and(
            given([
              patientId && eb('patientId', '=', patientId),
              encounterId && eb('encounterId', '=', encounterId),
              search && ofPatientNamed(search),
              ...within('recordedAt', recorded),
              ...within('vitals.createdAt', created),
              ...within('vitals.updatedAt', updated),
            ]),
          ),
        )
        .orderBy(`vitals.${by}`, descending ? 'desc' : 'asc')
        .orderBy('vitals.id'),
      page,
    );
    await this.care.recordList(actor, found.items.map(asRecord));
    return { ...found, items: found.items.map((row) => this.#asVitals(row)) };
  }

  /** @throws not_found `vitals_not_found` */
  async get(actor: UserActor, id: string): Promise<Vitals> {
    const row = await this.#row(id);
    await this.care.read(actor, asRecord(row));
    return this.#asVitals(row);
  }

  /**
   * The patient, or a doctor who treats them, records a set.
   * @throws not_found `patient_not_found`; invalid `recorded_in_future`, `vitals_empty`, `blood_pressure_…`
   */
  async record(actor: UserActor, chart: ChartReference, reading: Reading): Promise<Vitals> {
    const { id: patientId, organizationId } = await this.care.chartToWrite(actor, chart, 'vitals', 'create');
    const recordedAt = this.#past(reading.recordedAt ?? this.clock.now());
    return this.database.transaction(async () => {
      const { measurements } = reading;
      const row = await this.#insert(actor, { patientId, organizationId, measurements, recordedAt });
      await this.care.record(actor, asRecord(row), 'create');
      return this.#asVitals(row);
    });
  }

  /**
   * Corrects a set. Signs that are left out stay as they are.
   * @throws not_found `vitals_not_found`; forbidden `not_the_recorder`; conflict `vitals_of_encounter`;
   *   invalid `recorded_in_future`, `vitals_empty`, `blood_pressure_…`
   */
  async update(actor: UserActor, id: string, changes: ReadingChanges): Promise<Vitals> {
    const seen = await this.#row(id);
    await this.care.assertAuthor(actor, asRecord(seen), 'update', notTheRecorder);
    if (seen.encounterId) throw vitalsOfEncounter(seen.encounterId);
    return this.database.transaction(async () => {
      const before = this.#asVitals(await this.#row(id, 'locked'));
      const row = await this.#change(id, {
        measurements: withChanges(before.measurements, changes.measurements),
        recordedAt: this.#past(changes.recordedAt ?? before.recordedAt),
      });
      await this.care.record(actor, asRecord(row), 'update');
      return this.#asVitals(row);
    });
  }

  /** Keeps the set that was taken in a visit beside its encounter. In the transaction that saves the encounter. */
  async keepForEncounter(
    actor: UserActor,
    encounter: { readonly id: string; readonly patientId: string; readonly organizationId: string },
    measurements: Measurements,
  ): Promise<void> {
    const existing = await this.database.query
      .selectFrom('vitals')
      .select(['id', 'recordedAt'])
      .where('encounterId', '=', encounter.id)
      .executeTakeFirst();
    if (existing) {
      await this.#change(existing.id, { measurements, recordedAt: existing.recordedAt });
      return;
    }
    const { id: encounterId, patientId, organizationId } = encounter;
    const recordedAt = this.clock.now();
    await this.#insert(actor, { patientId, organizationId, encounterId, measurements, recordedAt });
  }

  /** The last set of a chart, for a caller that may read it. */
  async latestOf(patientId: string): Promise<Vitals | null> {
    const [latest] = await this.recentOf(patientId, 1);
    return latest ?? null;
  }

  /** The last weight in kg that was taken after `since`, for a caller that may read the chart. */
  async weightOf(patientId: string, since: Temporal.Instant): Promise<number | null> {
    const recent = await this.recentOf(patientId, LOOK_BACK);
    const weighed = recent.find(
      ({ measurements, recordedAt }) =>
        measurements.weight !== undefined && Temporal.Instant.compare(recordedAt, since) >= 0,
    );
    return weighed?.measurements.weight ?? null;
  }

  /** The last sets of a chart, the last recorded first, for a caller that may read it. */
  async recentOf(patientId: string, limit: number): Promise<Vitals[]> {
    const rows = await this.#all()
      .where('patientId', '=', patientId)
      .orderBy('recordedAt', 'desc')
      .orderBy('vitals.id')
      .limit(limit)
      .execute();
    return rows.map((row) => this.#asVitals(row));
  }

  async #insert(
    actor: UserActor,
    {
      measurements,
      ...columns
    }: {
      patientId: string;
      organizationId: string | null;
      encounterId?: string;
      measurements: Measurements;
      recordedAt: Temporal.Instant;
    },
  ): Promise<Row> {
    assertPlausible(measurements);
    const id = newId();
    const now = this.clock.now();
    await this.database.query
      .insertInto('vitals')
      .values({
        ...columns,
        id,
        measurements: this.cipher.encryptJson(measurements, vitalsPlace(id)),
        recordedBy: actor.userId,
        createdAt: now,
        updatedAt: now,
      })
      .execute();
    return this.#row(id);
  }

  async #change(id: string, { measurements, recordedAt }: Required<Reading>): Promise<Row> {
    assertPlausible(measurements);
    await this.database.query
      .updateTable('vitals')
      .set({
        measurements: this.cipher.encryptJson(measurements, vitalsPlace(id)),
        recordedAt,
        updatedAt: this.clock.now(),
      })
      .where('id', '=', id)
      .execute();
    return this.#row(id);
  }

  #all() {
    return this.database.query
      .selectFrom('vitals')
      .innerJoin('patients', 'patients.id', 'vitals.patientId')
      .selectAll('vitals')
      .select('patients.dateOfBirth');
  }

  async #row(id: string, locked?: 'locked'): Promise<Row> {
    const query = this.#all().where('vitals.id', '=', id);
    const row = await (locked ? query.forUpdate('vitals') : query).executeTakeFirst();
    if (!row) throw notFound('vitals');
    return row;
  }

  #past(recordedAt: Temporal.Instant): Temporal.Instant {
    if (Temporal.Instant.compare(recordedAt, this.clock.now().add(CLOCK_SKEW)) > 0) throw recordedInFuture();
    return recordedAt;
  }

  #asVitals(row: Row): Vitals {
    const { dateOfBirth, measurements: sealed, ...columns } = row;
    const measurements = this.cipher.decryptJson<Measurements>(sealed, vitalsPlace(row.id));
    const day = row.recordedAt.toZonedDateTimeISO('UTC').toPlainDate();
    return { ...columns, measurements, flags: flagsOf(measurements, dateOfBirth, day) };
  }
}

type Row = Selectable<Tables['vitals']> & { readonly dateOfBirth: string | null };

function asRecord({ id, patientId, organizationId, recordedBy }: Row): ChartRecord {
  return { resource: 'vitals', id, patientId, organizationId, authorId: recordedBy, draft: false };
}
