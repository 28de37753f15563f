import type { Selectable } from 'kysely';
import type { Tables } from '#platform';

type Row = Selectable<Tables['files']>;

export type FileStatus = Row['status'];
export type FileRejection = NonNullable<Row['rejection']>;

/** What a file is for. */
export type FilePurpose = Row['purpose'];

/** What a file that a client sends is for; it decides what may be sent. */
export type UploadPurpose = Exclude<FilePurpose, 'export' | 'statement' | 'accounting'>;

/** A file as its owner may know it; the bytes are in the object storage. */
export type StoredFile = Omit<Row, 'sha256'>;

/** A request that the owner's client sends to the object storage, with the bytes as its body. */
export interface UploadTicket {
  readonly fileId: string;
  readonly method: 'PUT';
  readonly url: string;
  /** They are signed: the storage refuses any other type or length. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Temporal.Instant;
}

/** Where a file can be fetched without logging in, for a short while. */
export interface FileLink {
  readonly url: string;
  /** Seconds until the link stops working. */
  readonly expiresIn: number;
}
