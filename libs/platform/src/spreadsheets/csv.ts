import { stringify } from 'csv-stringify/sync';
import { toDecimal } from '#kernel';
import type { Sheet, SheetCell } from './sheet.ts';

/** What a spreadsheet would take for the beginning of a formula: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const BYTE_ORDER_MARK = '\ufeff';

/** The sheet as CSV (RFC 4180, UTF-8 with the mark by which Excel knows it). Nothing is said before rows can be read. */
export async function* csvOf({ columns, rows }: Sheet): AsyncGenerator<string> {
  let head = BYTE_ORDER_MARK + lines([columns]);
  for await (const some of rows) {
    yield head + lines(some.map((row) => row.map(asText)));
    head = '';
  }
  if (head) yield head;
}

function lines(records: readonly (readonly string[])[]): string {
  return stringify(records as string[][], { record_delimiter: 'windows', quote_record_delimiter: true });
}

function asText(cell: SheetCell): string {
  if (cell === null) return '';
  // An apostrophe makes it a text; it is not shown.
  if (typeof cell === 'string') return FORMULA.test(cell) ? `'${cell}` : cell;
  if (typeof cell === 'number') return String(cell);
  return cell instanceof Temporal.Instant ? cell.toString() : toDecimal(cell);
}
