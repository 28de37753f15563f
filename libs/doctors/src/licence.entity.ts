import type { Selectable } from 'kysely';
import type { StoredFile } from '#files';
import type { Tables } from '#platform';

type Row = Selectable<Tables['licences']>;

export type LicenceStatus = Row['status'];

/** A licence as a doctor sent it in, with its evidence and what was decided of it. */
export interface Licence extends Omit<Row, 'warnedDays'> {
  readonly documents: readonly LicenceDocument[];
  /** Oldest first. */
  readonly decisions: readonly LicenceDecision[];
}

/** A piece of evidence. */
export interface LicenceDocument {
  readonly kind: Selectable<Tables['licenceDocuments']>['kind'];
  readonly file: StoredFile;
}

export type LicenceDecision = Selectable<Tables['licenceDecisions']>;

export const LICENCE_COLUMNS = [
  'id',
  'doctorId',
  'number',
  'country',
  'expiresOn',
  'status',
  'submittedAt',
  'createdAt',
  'updatedAt',
] as const;

export type LicenceRow = Pick<Row, (typeof LICENCE_COLUMNS)[number]>;
