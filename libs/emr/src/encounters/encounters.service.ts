import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AppointmentsService } from '#appointments';
import { Clock, newId, type Page, type PageRequest, type UserActor } from '#kernel';
import { containing, Database, FieldCipher, given, Jobs, pageOf, within } from '#platform';
import { CarePolicy } from '../access/care.policy.ts';
import type { ChartFilter } from '../access/chart-filter.ts';
import { assertWritable, visitRecord } from '../access/visit.policy.ts';
import { amendmentReasonRequired, encounterEmpty, encounterExists } from '../emr.errors.ts';
import { EncounterFinalized } from '../events.ts';
import { VitalsService } from '../vitals/vitals.service.ts';
import type { Encounter, EncounterContent, EncounterStatus, SignedEncounter } from './encounter.entity.ts';
import { encounterStates } from './encounter.states.ts';
import { asRecord, EncounterReader, type EncounterRow } from './encounter-reader.ts';

export interface EncounterFilter extends ChartFilter {
  readonly appointmentId?: string;
  readonly status?: EncounterStatus;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt'; readonly descending: boolean };
}

export interface EncounterChanges extends Partial<EncounterContent> {
  readonly status?: EncounterStatus;
  /** Why a signed encounter is changed. */
  readonly amendmentReason?: string;
}

const EMPTY: EncounterContent = {
  chiefComplaint: '',
  subjective: '',
  objective: '',
  assessment: '',
  plan: '',
  diagnoses: [],
  vitals: null,
};

/** What a doctor writes down of a visit: a draft that is saved as it grows, then versions that stay as they are. */
@Injectable()
export class EncountersService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly cipher: FieldCipher,
    private readonly care: CarePolicy,
    private readonly reader: EncounterReader,
    private readonly appointments: AppointmentsService,
    private readonly vitals: VitalsService,
  ) {}

  /** One's own as a doctor, and the signed ones of every chart that the actor may read; newest first. */
  async list(actor: UserActor, filter: EncounterFilter, page: PageRequest): Promise<Page<Encounter>> {
    const { patientId, appointmentId, status, created, updated, search } = filter;
    if (patientId) await this.care.chart(actor, patientId, 'encounter', 'list');
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.reader
        .all()
        .where((eb) =>
          eb.or([
            eb('doctor.userId', '=', actor.userId),
            eb.and([
              eb('encounter.status', '!=', 'draft'),
              eb('encounter.patientId', 'in', this.care.readableCharts(actor)),
            ]),
          ]),
        )
        .where((eb) =>
          eb.and(
            given([
              patientId && eb('encounter.patientId', '=', patientId),
              appointmentId && eb('encounter.appointmentId', '=', appointmentId),
              status && eb('encounter.status', '=', status),
              ...within('encounter.createdAt', created),
              ...within('encounter.updatedAt', updated),
              search &&
                sql<boolean>`(doctor.name || ' ' || patient.first_name || ' ' || patient.last_name) ilike ${containing(search)}`,
            ]),
          ),
        )
        .orderBy(`encounter.${by}`, descending ? 'desc' : 'asc')
        .orderBy('encounter.id'),
      page,
    );
    await this.care.recordList(actor, found.items.map(asRecord));
    return { ...found, items: found.items.map((row) => this.reader.asEncounter(row)) };
  }

  /** @throws not_found `encounter_not_found` */
  async get(actor: UserActor, id: string): Promise<Encounter> {
    const row = await this.reader.row(id);
    await this.care.read(actor, asRecord(row));
    return this.reader.asEncounter(row);
  }

  /** Every version that was signed, the first one first. For a caller that has read the encounter. */
  async versions({ id }: Encounter): Promise<SignedEncounter[]> {
    const rows = await this.database.query
      .selectFrom('encounterVersions')
      .select(['version', 'content', 'signedBy', 'signedAt', 'amendmentReason'])
      .where('encounterId', '=', id)
      .orderBy('version')
      .execute();
    return rows.map(({ content, amendmentReason, ...row }) => ({
      ...row,
      ...this.cipher.decryptJson<EncounterContent>(content, versionPlace(id, row.version)),
      amendmentReason:
        amendmentReason && this.cipher.decrypt(amendmentReason, `${versionPlace(id, row.version)}:reason`),
    }));
  }

  /**
   * The doctor of the visit opens its record, as a draft.
   * @throws not_found `appointment_not_found`; forbidden `not_the_author`; conflict `visit_not_begun`,
   *   `encounter_exists`
   */
  async create(
    actor: UserActor,
    appointmentId: string,
    content: Partial<EncounterContent>,
  ): Promise<Encounter> {
    const visit = await this.appointments.byId(appointmentId);
    await this.care.assertAuthor(actor, visitRecord(visit), 'write');
    assertWritable(visit);
    const id = newId();
    const now = this.clock.now();
    const draft = { ...EMPTY, ...content };
    return this.database.transaction(async () => {
      const inserted = await this.database.query
        .insertInto('encounters')
        .values({
          id,
          organizationId: visit.organizationId,
          appointmentId,
          practitionerId: visit.practitionerId,
          patientId: visit.patientId,
          status: 'draft',
          content: this.reader.seal(id, draft),
          createdAt: now,
          updatedAt: now,
        })
        .onConflict((conflict) => conflict.column('appointmentId').doNothing())
        .returning('id')
        .executeTakeFirst();
      if (!inserted) throw encounterExists((await this.reader.ofVisit(appointmentId))?.id);
      const row = await this.reader.row(id);
      if (draft.vitals) await this.vitals.keepForEncounter(actor, row, draft.vitals);
      await this.care.record(actor, asRecord(row), 'create');
      return this.reader.asEncounter(row);
    });
  }

  /**
   * Saves a draft, finalizes it, or amends what was signed. Sending again what stands there changes nothing.
   * @throws not_found `encounter_not_found`; forbidden `not_the_author`; invalid `encounter_empty`;
   *   conflict `amendment_reason_required`, `encounter_is_…`
   */
  async update(actor: UserActor, id: string, changes: EncounterChanges): Promise<Encounter> {
    await this.care.assertAuthor(actor, asRecord(await this.reader.row(id)), 'write');
    return this.database.transaction(async () => {
      const row = await this.reader.locked(id);
      const { status, amendmentReason, ...changed } = changes;
      const before = this.reader.open(row);
      const content = { ...before, ...changed };
      const same = isDeepStrictEqual(content, before);

      if (row.status === 'draft') {
        if (status === undefined || status === 'draft') {
          await this.#save(row, { content });
        } else {
          encounterStates.assert('draft', status);
          await this.#sign(actor, row, 'finalized', content, null);
          await this.jobs.publish(EncounterFinalized, { encounterId: id, appointmentId: row.appointmentId });
        }
      } else {
        if (status === 'draft') encounterStates.assert(row.status, status);
        if (same) return this.reader.asEncounter(row);
        if (!amendmentReason) throw amendmentReasonRequired();
        await this.#sign(actor, row, 'amended', content, amendmentReason);
      }
      if (changed.vitals) await this.vitals.keepForEncounter(actor, row, changed.vitals);
      const after = await this.reader.row(id);
      await this.care.record(actor, asRecord(after), verbOf(row.status, after.status));
      return this.reader.asEncounter(after);
    });
  }

  /** The newest signed encounters of a chart, for a caller that may read it. */
  async latestOf(patientId: string, limit: number): Promise<Encounter[]> {
    const rows = await this.reader
      .all()
      .where('encounter.patientId', '=', patientId)
      .where('encounter.status', '!=', 'draft')
      .orderBy('encounter.createdAt', 'desc')
      .orderBy('encounter.id')
      .limit(limit)
      .execute();
    return rows.map((row) => this.reader.asEncounter(row));
  }

  async #sign(
    actor: UserActor,
    row: EncounterRow,
    status: 'finalized' | 'amended',
    content: EncounterContent,
    amendmentReason: string | null,
  ): Promise<void> {
    const { subjective, objective, assessment, plan } = content;
    if (!(subjective || objective || assessment || plan)) throw encounterEmpty();
    const version = row.version + 1;
    const now = this.clock.now();
    await this.database.query
      .insertInto('encounterVersions')
      .values({
        organizationId: row.organizationId,
        encounterId: row.id,
        version,
        content: this.cipher.encryptJson(content, versionPlace(row.id, version)),
        signedBy: actor.userId,
        signedAt: now,
        amendmentReason:
          amendmentReason === null
            ? null
            : this.cipher.encrypt(amendmentReason, `${versionPlace(row.id, version)}:reason`),
      })
      .execute();
    await this.#save(row, { content, status, version, finalizedAt: row.finalizedAt ?? now });
  }

  async #save(
    { id }: EncounterRow,
    {
      content,
      ...columns
    }: {
      content: EncounterContent;
      status?: EncounterStatus;
      version?: number;
      finalizedAt?: Temporal.Instant;
    },
  ): Promise<void> {
    await this.database.query
      .updateTable('encounters')
      .set({
        ...columns,
        content: this.reader.seal(id, content),
        updatedAt: this.clock.now(),
      })
      .where('id', '=', id)
      .execute();
  }
}

const versionPlace = (id: string, version: number) => `encounter_versions:${id}:${version}`;

function verbOf(before: EncounterStatus, after: EncounterStatus): string {
  if (after === 'draft') return 'update';
  return before === 'draft' ? 'finalize' : 'amend';
}
