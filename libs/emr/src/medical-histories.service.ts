import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Clock, type UserActor } from '#kernel';
import { Database, FieldCipher } from '#platform';
import { CarePolicy, type ChartReference, wholeChart } from './care.policy.ts';
import type { HistoryContent, MedicalHistory } from './medical-history.entity.ts';

const UNASKED: HistoryContent = {
  allergies: null,
  conditions: null,
  medications: null,
  surgeries: null,
  family: null,
  social: null,
};

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
   * @throws not_found `patient_not_found`
   */
  async update(
    actor: UserActor,
    reference: ChartReference,
    changes: Partial<HistoryContent>,
  ): Promise<MedicalHistory> {
    const chart = await this.care.chartToWrite(actor, reference, 'medical_history', 'update');
    const patientId = chart.id;
    return this.database.transaction(async () => {
      // There may be no version yet that could be locked.
      await this.database.lock(`medical-history:${patientId}`);
      const before = await this.latestOf(patientId);
      const { patientId: _, version: last, recordedBy: __, recordedAt: ___, ...content } = before;
      const after = { ...content, ...changes };
      if (isDeepStrictEqual(after, content)) return before;
      const version = last + 1;
      await this.database.query
        .insertInto('medicalHistories')
        .values({
          patientId,
          version,
          content: this.cipher.encryptJson(after, place(patientId, version)),
          recordedBy: actor.userId,
          recordedAt: this.clock.now(),
        })
        .execute();
      await this.care.record(actor, wholeChart(chart, 'medical_history'), 'update');
      return this.latestOf(patientId);
    });
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
    const { content, ...columns } = row;
    return {
      ...columns,
      ...this.cipher.decryptJson<HistoryContent>(content, place(patientId, row.version)),
    };
  }
}

const place = (patientId: string, version: number) => `medical_histories:${patientId}:${version}`;
