import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { type Actor, notFound } from '#kernel';
import { asRecord, PrescriptionReader } from './prescription-reader.ts';
import { readVerificationCode } from './verification-code.ts';

/** What a pharmacist needs to trust a paper in their hand, and nothing that a stranger could learn from it. */
export interface VerifiedPrescription {
  readonly number: string;
  readonly status: 'issued' | 'cancelled';
  readonly issuedAt: Temporal.Instant;
  readonly cancelledAt: Temporal.Instant | null;
  readonly doctor: {
    readonly name: string;
    readonly licenceNumber: string;
    readonly licenceCountry: string;
  };
  readonly practiceName: string;
  /** The practice's zone: the date on the paper is a date there. */
  readonly timeZone: string;
  readonly patientInitials: string;
  /** How many medicines there must be on the paper; not which. */
  readonly itemCount: number;
}

@Injectable()
export class VerificationService {
  constructor(
    private readonly reader: PrescriptionReader,
    private readonly audit: AuditService,
  ) {}

  /** Anybody who has the code may ask. @throws not_found `prescription_not_found` */
  async verify(actor: Actor, typedCode: string): Promise<VerifiedPrescription> {
    const row = await this.reader
      .all()
      .where('prescription.verificationCode', '=', readVerificationCode(typedCode))
      .executeTakeFirst();
    if (!row || row.status === 'draft' || !row.issuedAt) throw notFound('prescription');
    const { letterhead, items } = this.reader.open(row);
    if (!letterhead) throw notFound('prescription');
    const { resource, id, patientId, organizationId } = asRecord(row);
    await this.audit.record(actor, {
      action: 'prescription.verify',
      resource,
      resourceId: id,
      patientId,
      organizationId,
    });
    const { name, licenceNumber, licenceCountry } = letterhead.doctor;
    return {
      number: row.number,
      status: row.status,
      issuedAt: row.issuedAt,
      cancelledAt: row.cancelledAt,
      doctor: { name, licenceNumber, licenceCountry },
      practiceName: letterhead.practice.name,
      timeZone: letterhead.practice.timeZone,
      patientInitials: initials(letterhead.patient.name),
      itemCount: items.length,
    };
  }
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function initials(name: string): string {
  return name
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => `${[...graphemes.segment(word)][0]?.segment.toUpperCase()}.`)
    .join(' ');
}
