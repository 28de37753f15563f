import type { Selectable } from 'kysely';
import type { Tables } from '#platform';

type Row = Selectable<Tables['documents']>;

export type DocumentStatus = Row['status'];

/** A file in a chart. Its title is health text: encrypted at rest. */
export type MedicalDocument = Omit<Row, 'title' | 'sha256' | 'deletedAt'> & { readonly title: string };

/** Where a file can be fetched without logging in, for a short while. */
export interface DownloadLink {
  readonly documentId: string;
  readonly url: string;
  /** Seconds until the link stops working. */
  readonly expiresIn: number;
}
