import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type FileLink, FilesService } from '#files';
import { Clock, newId, notFound, type UserActor } from '#kernel';
import type { Patient } from '#patients';
import { Database } from '#platform';
import { CarePolicy, type ChartReference } from '../access/care.policy.ts';
import { type ChartContent, MedicalSummaryService } from './medical-summary.service.ts';

/** A printed summary, and whether the chart still looks like it. */
export interface SummaryPdf extends FileLink {
  readonly createdAt: Temporal.Instant;
  readonly upToDate: boolean;
}

/** Another layout is another paper: counted up when the template changes. */
const LAYOUT = 1;
const SEX = { female: 'Female', male: 'Male', other: 'Other', unknown: null } as const;

/** The chart at a glance, on paper. */
@Injectable()
export class SummaryPdfsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly care: CarePolicy,
    private readonly files: FilesService,
    private readonly summaries: MedicalSummaryService,
  ) {}

  /**
   * Renders the chart as it stands, once for each state of it, and answers a link.
   * @throws not_found `patient_not_found`
   */
  async generate(actor: UserActor, reference: ChartReference): Promise<SummaryPdf> {
    const patient = await this.care.openChart(actor, reference, 'medical_summary', 'print');
    const content = await this.summaries.contentOf(patient.id);
    const { fileId, createdAt } = await this.#reserve(actor, patient, stateOf(patient, content));
    await this.files.fill(fileId, async () => {
      // PDFKit and its fonts are loaded when the first summary is printed.
      const { renderSummary } = await import('./summary.template.ts');
      const { summarySections } = await import('./summary-sections.ts');
      return renderSummary({
        patient: {
          name: nameOf(patient),
          dateOfBirth: patient.dateOfBirth === null ? null : Temporal.PlainDate.from(patient.dateOfBirth),
          sex: patient.sex && SEX[patient.sex],
        },
        changedAt: lastChange(patient, content),
        sections: summarySections(content),
      });
    });
    return { ...(await this.#link(fileId, patient)), createdAt, upToDate: true };
  }

  /**
   * The summary that was printed last, whether or not the chart has changed since.
   * @throws not_found `patient_not_found`, `medical_summary_pdf_not_found`
   */
  async latest(actor: UserActor, reference: ChartReference): Promise<SummaryPdf> {
    const patient = await this.care.openChart(actor, reference, 'medical_summary', 'print');
    const printed = await this.database.query
      .selectFrom('summaryPdfs')
      .innerJoin('files', 'files.id', 'summaryPdfs.fileId')
      .select(['summaryPdfs.fileId', 'summaryPdfs.state', 'summaryPdfs.createdAt'])
      .where('summaryPdfs.patientId', '=', patient.id)
      .where('files.status', '=', 'available')
      .where('files.discardedAt', 'is', null)
      .orderBy('summaryPdfs.createdAt', 'desc')
      .orderBy('summaryPdfs.id')
      .limit(1)
      .executeTakeFirst();
    if (!printed) throw notFound('medical_summary_pdf');
    const { fileId, state, createdAt } = printed;
    const now = stateOf(patient, await this.summaries.contentOf(patient.id));
    return { ...(await this.#link(fileId, patient)), createdAt, upToDate: now.equals(state) };
  }

  /** The place of the paper of this state; callers at the same time share it. */
  async #reserve(
    actor: UserActor,
    { id: patientId, organizationId, accountUserId }: Patient,
    state: Buffer,
  ): Promise<{ readonly fileId: string; readonly createdAt: Temporal.Instant }> {
    return this.database.transaction(async () => {
      await this.database.lock(`summary-pdf:${patientId}`);
      const existing = await this.database.query
        .selectFrom('summaryPdfs')
        .select(['fileId', 'createdAt'])
        .where('patientId', '=', patientId)
        .where('state', '=', state)
        .executeTakeFirst();
      if (existing) return existing;
      const createdAt = this.clock.now();
      const fileId = await this.files.reserve({
        ownerId: accountUserId ?? actor.userId,
        purpose: 'chart',
        contentType: 'application/pdf',
      });
      await this.database.query
        .insertInto('summaryPdfs')
        .values({ id: newId(), organizationId, patientId, state, fileId, createdAt })
        .execute();
      return { fileId, createdAt };
    });
  }

  #link(fileId: string, patient: Patient): Promise<FileLink> {
    return this.files.link(fileId, `Medical summary ${nameOf(patient)}`);
  }
}

function nameOf({ firstName, lastName }: Patient): string {
  return `${firstName} ${lastName}`;
}

/** Tells two states of a chart apart by ids, versions and times: nothing of its content is in it. */
function stateOf(patient: Patient, content: ChartContent): Buffer {
  const { history, latestVitals, encounters, prescriptions, documents } = content;
  const facts = [
    LAYOUT,
    patient.updatedAt.toString(),
    history.version,
    ...[latestVitals, ...encounters, ...prescriptions, ...documents].map(
      (record) => record && `${record.id} ${record.updatedAt.toString()}`,
    ),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest();
}

function lastChange(patient: Patient, content: ChartContent): Temporal.Instant {
  const { history, latestVitals, encounters, prescriptions, documents } = content;
  const times = [latestVitals, ...encounters, ...prescriptions, ...documents].map(
    (record) => record?.updatedAt,
  );
  return [history.recordedAt, ...times].reduce<Temporal.Instant>(
    (latest, time) => (time && Temporal.Instant.compare(time, latest) > 0 ? time : latest),
    patient.updatedAt,
  );
}
