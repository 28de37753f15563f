import type { Money } from '#kernel';

/** An amount is written exactly, with the decimals of its currency; the code stands in a cell of its own. */
export type SheetCell = string | number | Money | Temporal.Instant | null;

/** A table for somebody's spreadsheet, read while it is written, some rows at a time. */
export interface Sheet {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly (readonly SheetCell[])[]>;
}
