import type { Selectable } from 'kysely';
import type { FileLink, FileRejection, FileStatus } from '#files';
import type { Tables } from '#platform';

type Row = Selectable<Tables['documents']>;

export type DocumentKind = Row['kind'];

/** What people bring into a chart. */
export const UPLOADED_KINDS = [
  'lab_report',
  'imaging',
  'referral',
  'discharge_letter',
  'vaccination',
  'consent',
  'photo',
  'outside_prescription',
  'other',
] as const satisfies readonly DocumentKind[];

/** What the server makes itself of a record: it is changed there. */
export const MADE_KIND = 'prescription' satisfies DocumentKind;

export type UploadedKind = (typeof UPLOADED_KINDS)[number];

/** A file in a chart. Its title is health text: encrypted at rest. */
export interface MedicalDocument extends Omit<Row, 'title' | 'deletedAt'> {
  readonly title: string;
  readonly contentType: string;
  /** As announced, until the bytes were counted. */
  readonly sizeBytes: number | null;
  readonly status: FileStatus;
  /** Why it was refused. */
  readonly rejection: FileRejection | null;
}

/** Where a file can be fetched without logging in, for a short while. */
export interface DownloadLink extends FileLink {
  readonly documentId: string;
}
