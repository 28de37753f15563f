import { Injectable } from '@nestjs/common';
import { Clock, type UserActor } from '#kernel';
import { Database, Jobs } from '#platform';
import { DocumentsService } from '../documents/documents.service.ts';
import { allergyConflict, cancellationReasonRequired, duplicateMedicine } from '../emr.errors.ts';
import { PrescriptionIssued } from '../events.ts';
import { MedicalHistoriesService } from '../history/medical-histories.service.ts';
import { LetterheadsService } from '../pdf/letterheads.service.ts';
import { conflictsWithAllergies, duplicatesOf } from './medicine-warnings.ts';
import type { PrescriptionContent } from './prescription.entity.ts';
import { prescriptionStates } from './prescription.states.ts';
import { PrescriptionReader, type PrescriptionRow } from './prescription-reader.ts';

/** A duration is free text: a prescription that was issued longer ago is taken to be used up. */
const TAKEN_FOR = { hours: 90 * 24 };
const MOST_TAKEN = 50;

/** The two acts that bind: issuing a prescription, and cancelling it. Both in the caller's transaction. */
@Injectable()
export class PrescriptionSigning {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly reader: PrescriptionReader,
    private readonly letterheads: LetterheadsService,
    private readonly histories: MedicalHistoriesService,
    private readonly documents: DocumentsService,
  ) {}

  /**
   * Warns of an allergy and of a medicine that the patient takes already; a reason lets each pass.
   * @throws conflict `allergy_conflict`, `duplicate_medicine`
   */
  async assertSafe(
    patientId: string,
    { items, allergyOverrideReason, duplicateOverrideReason }: PrescriptionContent,
  ): Promise<void> {
    const medicines = items.map(({ genericName }) => genericName);
    if (!allergyOverrideReason) {
      const { allergies } = await this.histories.latestOf(patientId);
      const conflicts = conflictsWithAllergies(medicines, allergies ?? []);
      if (conflicts.length > 0) throw allergyConflict(conflicts);
    }
    if (!duplicateOverrideReason) {
      const since = this.clock.now().subtract(TAKEN_FOR);
      const standing = await this.reader.issuedTo(patientId, MOST_TAKEN, since);
      const taken = standing.flatMap((row) =>
        this.reader.open(row).items.map(({ genericName }) => genericName),
      );
      const duplicates = duplicatesOf(medicines, taken);
      if (duplicates.length > 0) throw duplicateMedicine(duplicates);
    }
  }

  /** @throws conflict `allergy_conflict`, `duplicate_medicine`, `prescription_is_…`; forbidden `licence_not_valid` */
  async issue(_actor: UserActor, row: PrescriptionRow, content: PrescriptionContent): Promise<void> {
    prescriptionStates.assert(row.status, 'issued');
    await this.assertSafe(row.patientId, content);
    const letterhead = await this.letterheads.now(row);
    const now = this.clock.now();
    await this.#change(row.id, {
      status: 'issued',
      content: this.reader.seal(row.id, { ...content, letterhead }),
      issuedAt: now,
    });
    await this.jobs.publish(PrescriptionIssued, {
      prescriptionId: row.id,
      appointmentId: row.appointmentId,
    });
  }

  /**
   * A copy that looks valid must not be fetched any more: the PDF goes, and the next one says that it is
   * cancelled.
   * @throws conflict `prescription_is_…`; invalid `cancellation_reason_required`
   */
  async cancel(_actor: UserActor, row: PrescriptionRow, reason: string | undefined): Promise<void> {
    prescriptionStates.assert(row.status, 'cancelled');
    if (!reason) throw cancellationReasonRequired();
    if (row.documentId) await this.documents.withdraw(row.documentId);
    await this.#change(row.id, {
      status: 'cancelled',
      cancelledAt: this.clock.now(),
      cancellationReason: this.reader.sealReason(row.id, reason),
      documentId: null,
    });
  }

  async #change(id: string, changes: object): Promise<void> {
    await this.database.query
      .updateTable('prescriptions')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('id', '=', id)
      .execute();
  }
}
