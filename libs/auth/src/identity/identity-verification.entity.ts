import type { Selectable } from 'kysely';
import type { FileLink, StoredFile, UploadTicket } from '#files';
import type { Tables } from '#platform';

type Row = Selectable<Tables['identityVerifications']>;

export type IdentityStatus = Row['status'];
export type IdentityDocument = Row['documentType'];
export type IdentitySide = Selectable<Tables['identityFiles']>['side'];

/** One picture of a paper, or of the person who holds it. */
export interface IdentityFile {
  readonly side: IdentitySide;
  readonly file: StoredFile;
}

/** An attempt to show who one is, with papers. */
export interface IdentityVerification extends Row {
  readonly files: readonly IdentityFile[];
}

/** Where a person stands, with their newest attempt. */
export interface OwnIdentity {
  readonly status: IdentityStatus;
  readonly verification: IdentityVerification | null;
}

/** An attempt that has just been begun, with the addresses that its files go to. */
export interface BegunVerification {
  readonly verification: IdentityVerification;
  readonly uploads: readonly { readonly side: IdentitySide; readonly ticket: UploadTicket }[];
}

/** An attempt as an administrator looks through them. */
export interface ListedVerification extends IdentityVerification {
  readonly person: { readonly id: string; readonly name: string; readonly email: string };
}

/** An attempt with its papers, for the administrator who decides. */
export interface ShownVerification {
  readonly verification: ListedVerification;
  /** Of those files that can be fetched. */
  readonly links: ReadonlyMap<IdentitySide, FileLink>;
}
