import { type AccountPart, KeepsOfAccount } from '#auth';
import { Database } from '#platform';
import { DocumentsService } from './documents/documents.service.ts';
import { EncounterReader } from './encounters/encounter-reader.ts';
import { MedicalHistoriesService } from './history/medical-histories.service.ts';
import { PrescriptionReader } from './prescriptions/prescription-reader.ts';
import { VitalsService } from './vitals/vitals.service.ts';

/** Nobody has more of one kind; a bound that only a defect reaches. */
const ALL = 100_000;

/** What stands in the charts that the account acts for. A doctor's drafts are not yet part of a chart. */
@KeepsOfAccount('medical_records')
export class EmrAccountPart implements AccountPart {
  constructor(
    private readonly database: Database,
    private readonly documents: DocumentsService,
    private readonly encounters: EncounterReader,
    private readonly histories: MedicalHistoriesService,
    private readonly prescriptions: PrescriptionReader,
    private readonly vitals: VitalsService,
  ) {}

  async export(userId: string): Promise<Record<string, unknown>> {
    const charts = await this.database.query
      .selectFrom('patients')
      .select('id')
      .where('accountUserId', '=', userId)
      .orderBy('createdAt')
      .execute();
    const records = [];
    for (const { id } of charts) records.push(await this.#ofChart(id));
    return { charts: records };
  }

  async #ofChart(patientId: string) {
    const encounters = await this.encounters
      .all()
      .where('encounter.patientId', '=', patientId)
      .where('encounter.status', '<>', 'draft')
      .orderBy('encounter.createdAt')
      .execute();
    const prescriptions = await this.prescriptions
      .all()
      .where('prescription.patientId', '=', patientId)
      .where('prescription.status', '<>', 'draft')
      .orderBy('prescription.createdAt')
      .execute();
    const documents = await this.documents.latestOf(patientId, ALL);
    return {
      patientId,
      medicalHistory: await this.histories.latestOf(patientId),
      encounters: encounters.map((row) => this.encounters.asEncounter(row)),
      prescriptions: prescriptions.map((row) => this.prescriptions.asPrescription(row)),
      vitals: await this.vitals.recentOf(patientId, ALL),
      /** What is known of them; the bytes are fetched one by one. */
      documents: documents.map(({ id, kind, title, contentType, sizeBytes, createdAt }) => ({
        id,
        kind,
        title,
        contentType,
        sizeBytes,
        createdAt,
      })),
    };
  }
}
