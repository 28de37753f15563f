import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { hasRole, notFound, type UserActor } from '#kernel';
import { type Patient, PatientsService } from '#patients';
import { emergencyReadsOnly, notTheAuthor } from '../emr.errors.ts';
import { CareGrounds, type Ground } from './care-grounds.ts';

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
 * Who may do what with a chart. The patient reads their own; a doctor who treats the patient reads it, and
 * one who does not for an hour, in an emergency; a record is changed by its author only. The role of
 * administrator opens no chart.
 *
 * A denial is written to the audit log at once, so these checks come before the transaction that they
 * guard: an error would undo the row with it.
 */
@Injectable()
export class CarePolicy {
  constructor(
    private readonly grounds: CareGrounds,
    private readonly patients: PatientsService,
    private readonly audit: AuditService,
  ) {}

  /**
   * The chart, if the actor may read it; what is read of it is for the caller to record.
   * @throws not_found `patient_not_found`
   */
  async chart(actor: UserActor, reference: ChartReference, resource: string, verb: string): Promise<Patient> {
    const { chart } = await this.#chart(actor, reference, resource, verb, (patientId) =>
      this.grounds.forReading(actor.userId, patientId),
    );
    return chart;
  }

  /**
   * The chart, if the actor may read it, and a row in the audit log that they did.
   * @throws not_found `patient_not_found`
   */
  async openChart(
    actor: UserActor,
    reference: ChartReference,
    resource: string,
    verb = 'read',
  ): Promise<Patient> {
    const { chart, ground } = await this.#chart(actor, reference, resource, verb, (patientId) =>
      this.grounds.forReading(actor.userId, patientId),
    );
    await this.#record(actor, wholeChart(chart, resource), verb, 'allowed', ground);
    return chart;
  }

  /**
   * The chart, if the actor may add to it: an emergency opens it for reading only.
   * @throws not_found `patient_not_found`; forbidden `emergency_reads_only`
   */
  async chartToWrite(
    actor: UserActor,
    reference: ChartReference,
    resource: string,
    verb: string,
  ): Promise<Patient> {
    const { chart } = await this.#chart(
      actor,
      reference,
      resource,
      verb,
      async (patientId) => ((await this.grounds.cares(actor.userId, patientId)) ? {} : undefined),
      emergencyReadsOnly,
    );
    return chart;
  }

  /**
   * The chart, if it is the actor's own or that of somebody they act for.
   * @throws not_found `patient_not_found`
   */
  async ownChart(
    actor: UserActor,
    reference: ChartReference,
    resource: string,
    verb: string,
  ): Promise<Patient> {
    const own = await this.#chart(actor, reference, resource, verb, async (_, chart) =>
      this.grounds.actsFor(actor.userId, chart) ? {} : undefined,
    );
    return own.chart;
  }

  /**
   * Lets the actor read a record, and writes down that they did.
   * @throws not_found `<resource>_not_found`
   */
  async read(actor: UserActor, record: ChartRecord, verb = 'read'): Promise<void> {
    const ground = await this.#groundToRead(actor, record);
    await this.#record(actor, record, verb, ground ? 'allowed' : 'denied', ground);
    if (!ground) throw notFound(record.resource);
  }

  /** @throws not_found `<resource>_not_found`; forbidden `not_the_author` for somebody who may read it */
  async assertAuthor(
    actor: UserActor,
    record: ChartRecord,
    verb: string,
    error: () => Error = notTheAuthor,
  ): Promise<void> {
    if (record.authorId === actor.userId) return;
    await this.#record(actor, record, verb, 'denied');
    throw (await this.#groundToRead(actor, record)) ? error() : notFound(record.resource);
  }

  /** Writes to the audit log what was done; inside the transaction that does it. */
  record(actor: UserActor, record: Omit<ChartRecord, 'authorId' | 'draft'>, verb: string): Promise<void> {
    return this.#record(actor, record, verb, 'allowed');
  }

  /** A row for each chart of which the list showed something. */
  async recordList(
    actor: UserActor,
    records: readonly Omit<ChartRecord, 'authorId' | 'draft'>[],
    verb = 'list',
  ): Promise<void> {
    const charts = new Map(
      records.map((record) => [`${record.patientId} ${record.organizationId}`, { ...record, id: null }]),
    );
    // Patients have no emergencies with their own charts: one statement less.
    const emergencies = hasRole(actor, 'doctor')
      ? await this.grounds.emergencies(
          actor.userId,
          records.map(({ patientId }) => patientId),
        )
      : undefined;
    for (const chart of charts.values()) {
      await this.#record(actor, chart, verb, 'allowed', emergencies?.get(chart.patientId));
    }
  }

  /** The ids of the charts that the actor may read, for the statement of a list. */
  readableCharts(actor: UserActor) {
    return this.grounds.readableCharts(actor.userId);
  }

  async #chart(
    actor: UserActor,
    reference: ChartReference,
    resource: string,
    verb: string,
    groundOf: (patientId: string, chart: Patient) => Promise<Ground | undefined>,
    /** What somebody is told who may read the chart; to others there is none. */
    errorForReaders?: () => Error,
  ): Promise<{ chart: Patient; ground: Ground }> {
    if (reference === 'me') return { chart: await this.patients.personalChart(actor), ground: {} };
    const chart = await this.patients.get(reference);
    const ground = await groundOf(chart.id, chart);
    if (ground) return { chart, ground };
    const { id: patientId } = chart;
    await this.#record(actor, { resource, id: null, patientId, organizationId: null }, verb, 'denied');
    const mayRead = errorForReaders && (await this.grounds.forReading(actor.userId, patientId));
    throw mayRead ? errorForReaders() : notFound('patient');
  }

  async #groundToRead(actor: UserActor, record: ChartRecord): Promise<Ground | undefined> {
    if (record.authorId === actor.userId) return {};
    return record.draft ? undefined : this.grounds.forReading(actor.userId, record.patientId);
  }

  async #record(
    actor: UserActor,
    { resource, id, patientId, organizationId }: AuditedRecord,
    verb: string,
    outcome: 'allowed' | 'denied',
    { reason }: Ground = {},
  ): Promise<void> {
    await this.audit.record(actor, {
      action: `${resource}.${verb}`,
      resource,
      resourceId: id,
      patientId,
      organizationId,
      outcome,
      ...(reason && { reason }),
    });
  }
}

/** What a chart as a whole looks like to the audit log, seen through one of its parts. */
export function wholeChart(
  { id, organizationId }: Patient,
  resource: string,
): AuditedRecord & { id: string } {
  return { resource, id, patientId: id, organizationId };
}

type AuditedRecord = Pick<ChartRecord, 'resource' | 'patientId' | 'organizationId'> & {
  readonly id: string | null;
};
