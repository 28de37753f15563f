import type { Selectable } from 'kysely';
import type { FileLink } from '#files';
import type { Tables } from '#platform';

/** Everything that is kept of a person, on its way into one file. */
export type AccountExport = Selectable<Tables['accountExports']>;

export type AccountExportStatus = AccountExport['status'];

/** An export as its owner sees it: with a link while the file is there. */
export interface OwnExport {
  readonly export: AccountExport;
  readonly link: FileLink | null;
}
