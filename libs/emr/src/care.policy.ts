import { Injectable } from '@nestjs/common';
import { CareRelationships } from '#appointments';
import { AuditService } from '#audit';
import { notFound, type UserActor } from '#kernel';
import { type Patient, PatientsService } from '#patients';
import { notTheAuthor } from './emr.errors.ts';

/** A record of a chart, as far as the rules and the audit log need to know it. */
export interface ChartRecord {
  /** The word that errors and the audit log use: `encounter`. */
  readonly resource: string;
  readonly id: string;
  readonly patientId: string;
  readonly organizationId: string | null;
  /** The account that wrote it. */
  readonly authorId: string;
  /** A draft is its author's alone until it is signed. */
  readonly draft: boolean;
}

/** A chart by its id, or `me`: the actor's own. */
export type ChartReference = string;

/**
 * Who may do what with a chart. The patient reads their own; a doctor who treats the patient reads it; a
 * record is changed by its author only. The role of administrator opens no chart.
 *
 * A denial is written to the audit log at once, so these checks come before the transaction that they
 * guard: an error would undo the row with it.
 */
@Injectable()
export class CarePolicy {
  constructor(
    private readonly relationships: CareRelationships,
    private readonly patients: PatientsService,
    private readonly audit: AuditService,
  ) {}

  /**
   * The chart, if the actor may read it and add to it.
   * @throws not_found `patient_not_found`
   */
  async chart(actor: UserActor, reference: ChartReference, resource: string, verb: string): Promise<Patient> {
    if (reference === 'me') return this.patients.personalChart(actor);
    const chart = await this.patients.get(reference);
    if (await this.relationships.mayOpen(actor.userId, chart.id)) return chart;
    await this.#record(
      actor,
      { resource, id: null, patientId: chart.id, organizationId: null },
      verb,
      'denied',
    );
    throw notFound('patient');
  }

  /** @throws not_found `<resource>_not_found` */
  async assertReader(actor: UserActor, record: ChartRecord, verb: string): Promise<void> {
    if (await this.#mayRead(actor, record)) return;
    await this.#record(actor, record, verb, 'denied');
    throw notFound(record.resource);
  }

  /** @throws not_found `<resource>_not_found`; forbidden `not_the_author` for somebody who may read it */
  async assertAuthor(actor: UserActor, record: ChartRecord, verb: string): Promise<void> {
    if (record.authorId === actor.userId) return;
    await this.#record(actor, record, verb, 'denied');
    throw (await this.#mayRead(actor, record)) ? notTheAuthor() : notFound(record.resource);
  }

  /** Writes to the audit log what was done; inside the transaction that does it. */
  record(actor: UserActor, record: Omit<ChartRecord, 'authorId' | 'draft'>, verb: string): Promise<void> {
    return this.#record(actor, record, verb, 'allowed');
  }

  /** A row for each chart of which the list showed something. */
  async recordList(
    actor: UserActor,
    records: readonly Omit<ChartRecord, 'authorId' | 'draft'>[],
  ): Promise<void> {
    const charts = new Map(
      records.map((record) => [`${record.patientId} ${record.organizationId}`, { ...record, id: null }]),
    );
    for (const chart of charts.values()) await this.#record(actor, chart, 'list', 'allowed');
  }

  /** The ids of the charts that the actor may read, for the statement of a list. */
  readableCharts(actor: UserActor) {
    return this.relationships.chartsOf(actor.userId);
  }

  async #mayRead(actor: UserActor, record: ChartRecord): Promise<boolean> {
    if (record.authorId === actor.userId) return true;
    return !record.draft && (await this.relationships.mayOpen(actor.userId, record.patientId));
  }

  async #record(
    actor: UserActor,
    { resource, id, patientId, organizationId }: AuditedRecord,
    verb: string,
    outcome: 'allowed' | 'denied',
  ): Promise<void> {
    await this.audit.record(actor, {
      action: `${resource}.${verb}`,
      resource,
      resourceId: id,
      patientId,
      organizationId,
      outcome,
    });
  }
}

type AuditedRecord = Pick<ChartRecord, 'resource' | 'patientId' | 'organizationId'> & {
  readonly id: string | null;
};
