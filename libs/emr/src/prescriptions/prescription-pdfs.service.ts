import { Injectable } from '@nestjs/common';
import { conflict, type UserActor } from '#kernel';
import { Database } from '#platform';
import { CarePolicy } from '../access/care.policy.ts';
import type { DownloadLink } from '../documents/document.entity.ts';
import { DocumentsService } from '../documents/documents.service.ts';
import type { Prescription } from './prescription.entity.ts';
import type { PrescriptionDocument, PrescriptionStanding } from './prescription-document.ts';
import { asRecord, PrescriptionReader } from './prescription-reader.ts';

/** The paper of an issued prescription, as a document of the chart. */
@Injectable()
export class PrescriptionPdfsService {
  constructor(
    private readonly database: Database,
    private readonly care: CarePolicy,
    private readonly documents: DocumentsService,
    private readonly reader: PrescriptionReader,
  ) {}

  /**
   * Renders the PDF, once, and answers a link to it. Its place is reserved before it is rendered: callers
   * at the same time share it, and a server that dies in between finds it again.
   * @throws not_found `prescription_not_found`; conflict `prescription_is_draft`
   */
  async generate(actor: UserActor, id: string): Promise<DownloadLink> {
    const row = await this.reader.row(id);
    await this.care.read(actor, asRecord(row), 'print');
    if (row.status === 'draft') {
      throw conflict('prescription_is_draft', 'Issue the prescription first.', { status: row.status });
    }
    const documentId = await this.#reserve(id);
    await this.documents.fill(documentId, async () => {
      // PDFKit and its fonts are loaded when the first prescription is printed.
      const { renderPrescription } = await import('./prescription.template.ts');
      return renderPrescription(asDocument(await this.reader.byId(id)));
    });
    return this.documents.linkTo(documentId);
  }

  async #reserve(id: string): Promise<string> {
    return this.database.transaction(async () => {
      const row = await this.reader.locked(id);
      if (row.documentId && (await this.documents.stands(row.documentId))) return row.documentId;
      const documentId = await this.documents.reserve({
        organizationId: row.organizationId,
        patientId: row.patientId,
        authorId: row.authorId,
        title: `Prescription ${row.number}`,
        contentType: 'application/pdf',
      });
      await this.database.query
        .updateTable('prescriptions')
        .set({ documentId })
        .where('id', '=', id)
        .execute();
      return documentId;
    });
  }
}

function asDocument(prescription: Prescription): PrescriptionDocument {
  const { number, items, advice, letterhead, issuedAt, verification } = prescription;
  if (!letterhead || !issuedAt) throw new Error(`Prescription ${prescription.id} was never issued.`);
  const { practice, doctor, patient, diagnoses } = letterhead;
  return {
    number,
    standing: standingOf(prescription, practice.timeZone),
    practice,
    doctor,
    patient: {
      ...patient,
      dateOfBirth: patient.dateOfBirth === null ? null : Temporal.PlainDate.from(patient.dateOfBirth),
    },
    diagnoses: diagnoses.map(({ code, description }) => ({ code, label: description })),
    items,
    advice,
    signedAt: issuedAt.toZonedDateTimeISO(practice.timeZone),
    verification,
  };
}

function standingOf(
  { cancelledAt, cancellationReason }: Prescription,
  timeZone: string,
): PrescriptionStanding {
  if (!cancelledAt) return { kind: 'valid' };
  return { kind: 'cancelled', at: cancelledAt.toZonedDateTimeISO(timeZone), reason: cancellationReason };
}
