import { Injectable } from '@nestjs/common';
import { type Selectable, sql } from 'kysely';
import { notFound } from '#kernel';
import { Database, FieldCipher, type Tables } from '#platform';
import type { ChartRecord } from '../access/care.policy.ts';
import type { Encounter, EncounterContent } from './encounter.entity.ts';

/** An encounter as it is kept, with the names of the two people. */
export type EncounterRow = Selectable<Tables['encounters']> & {
  readonly authorId: string;
  readonly practitionerName: string;
  readonly patientName: string;
};

/** Reads encounters and opens what is sealed in them. Knows nothing of who asks. */
@Injectable()
export class EncounterReader {
  constructor(
    private readonly database: Database,
    private readonly cipher: FieldCipher,
  ) {}

  all() {
    return this.database.query
      .selectFrom('encounters as encounter')
      .innerJoin('doctors as doctor', 'doctor.id', 'encounter.practitionerId')
      .innerJoin('patients as patient', 'patient.id', 'encounter.patientId')
      .selectAll('encounter')
      .select([
        'doctor.userId as authorId',
        'doctor.name as practitionerName',
        sql<string>`patient.first_name || ' ' || patient.last_name`.as('patientName'),
      ]);
  }

  /** @throws not_found `encounter_not_found` */
  async row(id: string): Promise<EncounterRow> {
    return found(await this.all().where('encounter.id', '=', id).executeTakeFirst());
  }

  /** As `row`, and nobody else changes the encounter before the transaction ends. */
  async locked(id: string): Promise<EncounterRow> {
    return found(await this.all().where('encounter.id', '=', id).forUpdate('encounter').executeTakeFirst());
  }

  /** The record of a visit, for a caller that acts for its doctor. */
  async ofVisit(appointmentId: string): Promise<Encounter | undefined> {
    const row = await this.all().where('encounter.appointmentId', '=', appointmentId).executeTakeFirst();
    return row && this.asEncounter(row);
  }

  open({ id, content }: Pick<EncounterRow, 'id' | 'content'>): EncounterContent {
    return this.cipher.decryptJson<EncounterContent>(content, place(id));
  }

  seal(id: string, content: EncounterContent): Buffer {
    return this.cipher.encryptJson(content, place(id));
  }

  asEncounter(row: EncounterRow): Encounter {
    const { authorId: _, content: __, ...columns } = row;
    return { ...columns, ...this.open(row) };
  }
}

const place = (id: string) => `encounters:${id}`;

function found(row: EncounterRow | undefined): EncounterRow {
  if (!row) throw notFound('encounter');
  return row;
}

export function asRecord(row: EncounterRow): ChartRecord {
  const { id, patientId, organizationId, authorId, status } = row;
  return { resource: 'encounter', id, patientId, organizationId, authorId, draft: status === 'draft' };
}
