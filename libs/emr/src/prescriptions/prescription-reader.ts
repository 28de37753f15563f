import { Injectable } from '@nestjs/common';
import { type Selectable, sql } from 'kysely';
import { notFound } from '#kernel';
import { Config, Database, FieldCipher, type Tables, within } from '#platform';
import type { ChartRecord } from '../access/care.policy.ts';
import type { Prescription, SealedPrescription } from './prescription.entity.ts';
import { writeVerificationCode } from './verification-code.ts';

/** A prescription as it is kept, with the names of the two people. */
export type PrescriptionRow = Selectable<Tables['prescriptions']> & {
  readonly authorId: string;
  readonly practitionerName: string;
  readonly patientName: string;
};

/** Reads prescriptions and opens what is sealed in them. Knows nothing of who asks. */
@Injectable()
export class PrescriptionReader {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly cipher: FieldCipher,
  ) {}

  all() {
    return this.database.query
      .selectFrom('prescriptions as prescription')
      .innerJoin('doctors as doctor', 'doctor.id', 'prescription.practitionerId')
      .innerJoin('patients as patient', 'patient.id', 'prescription.patientId')
      .selectAll('prescription')
      .select([
        'doctor.userId as authorId',
        'doctor.name as practitionerName',
        sql<string>`patient.first_name || ' ' || patient.last_name`.as('patientName'),
      ]);
  }

  /** @throws not_found `prescription_not_found` */
  async row(id: string): Promise<PrescriptionRow> {
    return found(await this.all().where('prescription.id', '=', id).executeTakeFirst());
  }

  /** As `row`, and nobody else changes the prescription before the transaction ends. */
  async locked(id: string): Promise<PrescriptionRow> {
    return found(
      await this.all().where('prescription.id', '=', id).forUpdate('prescription').executeTakeFirst(),
    );
  }

  async byId(id: string): Promise<Prescription> {
    return this.asPrescription(await this.row(id));
  }

  /** The newest of a patient that are issued and not cancelled, of those issued after `since`. */
  issuedTo(patientId: string, limit: number, since?: Temporal.Instant): Promise<PrescriptionRow[]> {
    return this.all()
      .where('prescription.patientId', '=', patientId)
      .where('prescription.status', '=', 'issued')
      .where((eb) => eb.and(within('prescription.issuedAt', { from: since })))
      .orderBy('prescription.issuedAt', 'desc')
      .orderBy('prescription.id')
      .limit(limit)
      .execute();
  }

  open({ id, content }: Pick<PrescriptionRow, 'id' | 'content'>): SealedPrescription {
    return this.cipher.decryptJson<SealedPrescription>(content, place(id));
  }

  seal(id: string, content: SealedPrescription): Buffer {
    return this.cipher.encryptJson(content, place(id));
  }

  sealReason(id: string, reason: string): Buffer {
    return this.cipher.encrypt(reason, `${place(id)}:cancellation_reason`);
  }

  asPrescription(row: PrescriptionRow): Prescription {
    const { authorId: _, content: __, cancellationReason, verificationCode, ...columns } = row;
    return {
      ...columns,
      ...this.open(row),
      cancellationReason:
        cancellationReason && this.cipher.decrypt(cancellationReason, `${place(row.id)}:cancellation_reason`),
      verification: {
        code: writeVerificationCode(verificationCode),
        url: new URL(`/verify/${verificationCode}`, this.config.env.BASE_URL).href,
      },
    };
  }
}

const place = (id: string) => `prescriptions:${id}`;

function found(row: PrescriptionRow | undefined): PrescriptionRow {
  if (!row) throw notFound('prescription');
  return row;
}

export function asRecord(row: PrescriptionRow): ChartRecord {
  const { id, patientId, organizationId, authorId, status } = row;
  return { resource: 'prescription', id, patientId, organizationId, authorId, draft: status === 'draft' };
}
