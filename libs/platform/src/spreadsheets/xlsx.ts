import { strToU8, Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { type Currency, decimalsOf, toDecimal } from '#kernel';
import type { Sheet, SheetCell } from './sheet.ts';

// A spreadsheet of ECMA-376, as small as Excel takes it. It is written as it is read, so that its size does not
// matter (docs/decisions/0069-exports-are-streamed.md).

/** More rows no sheet may have; the rest goes into another one. */
const ROWS_PER_SHEET = 1_048_576;
/** More digits a number in Excel does not keep. */
const EXACT_DIGITS = 15;
const PLAIN = /^[ !-%'-;=?-~]*$/;
const HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const BOLD = 1;
/** The style of an amount, by the decimals of its currency. */
const STYLE_OF_DECIMALS: Readonly<Record<number, number>> = { 0: 2, 2: 3, 3: 4 };

/** The sheet as an Excel workbook. A text in a cell is never a formula. */
export async function* xlsxOf(
  { columns, rows }: Sheet,
  name: string,
  rowsPerSheet = ROWS_PER_SHEET,
): AsyncGenerator<Uint8Array> {
  let chunks: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(chunk);
  });
  const taken = () => {
    const ready = chunks;
    chunks = [];
    return ready;
  };
  const header = xmlRow(columns, BOLD);
  let sheets = 0;
  let left = 0;
  let sheet: ZipDeflate | undefined;
  const open = () => {
    sheets += 1;
    left = rowsPerSheet - 1;
    sheet = new ZipDeflate(`xl/worksheets/sheet${sheets}.xml`, { level: 6 });
    zip.add(sheet);
    sheet.push(strToU8(`${HEADER}<worksheet xmlns="${MAIN}"><sheetData>${header}`));
  };
  const close = () => sheet?.push(strToU8('</sheetData></worksheet>'), true);

  open();
  for await (const some of rows) {
    for (let done = 0; done < some.length; ) {
      if (left === 0) {
        close();
        open();
      }
      const part = some.slice(done, done + left);
      sheet?.push(strToU8(part.map((row) => xmlRow(row)).join('')));
      done += part.length;
      left -= part.length;
    }
    yield* taken();
  }
  close();
  for (const [path, content] of Object.entries(frameOf(sheets, name))) {
    const file = new ZipPassThrough(path);
    zip.add(file);
    file.push(strToU8(HEADER + content), true);
  }
  zip.end();
  yield* taken();
}

function xmlRow(cells: readonly SheetCell[], style = 0): string {
  return `<row>${cells.map((cell) => xmlCell(cell, style)).join('')}</row>`;
}

function xmlCell(cell: SheetCell, style: number): string {
  if (cell === null) return '<c/>';
  if (typeof cell === 'string') return xmlText(cell, style);
  if (typeof cell === 'number') return `<c><v>${cell}</v></c>`;
  if (cell instanceof Temporal.Instant) return xmlText(cell.toString(), style);
  const decimal = toDecimal(cell);
  // What a number cannot keep is written as a text, which keeps it.
  if (String(Math.abs(cell.amount)).length > EXACT_DIGITS) return xmlText(decimal, style);
  return `<c s="${styleOf(cell.currency)}"><v>${decimal}</v></c>`;
}

function styleOf(currency: Currency): number {
  return STYLE_OF_DECIMALS[decimalsOf(currency)] ?? 0;
}

function xmlText(text: string, style: number): string {
  return `<c t="inlineStr"${style === 0 ? '' : ` s="${style}"`}><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;
}

/** https://www.w3.org/TR/xml/#charsets: what XML has no place for is left out. */
function escaped(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** The other files of a workbook, by path. */
function frameOf(sheets: number, name: string): Readonly<Record<string, string>> {
  const each = (write: (number: number) => string) =>
    Array.from({ length: sheets }, (_, index) => write(index + 1)).join('');
  const type = (part: string, content: string) =>
    `<Override PartName="/xl/${part}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${content}+xml"/>`;
  const link = (id: number, target: string, kind: string) =>
    `<Relationship Id="rId${id}" Type="${OFFICE}/${kind}" Target="${target}"/>`;
  return {
    '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${type('workbook', 'sheet.main')}${type('styles', 'styles')}${each((n) => type(`worksheets/sheet${n}`, 'worksheet'))}</Types>`,
    '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships">${link(1, 'xl/workbook.xml', 'officeDocument')}</Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${each((n) => `<sheet name="${escaped(name)}${n === 1 ? '' : ` ${n}`}" sheetId="${n}" r:id="rId${n}"/>`)}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}/relationships">${each((n) => link(n, `worksheets/sheet${n}.xml`, 'worksheet'))}${link(sheets + 1, 'styles.xml', 'styles')}</Relationships>`,
    'xl/styles.xml': `<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.000"/></numFmts><fonts count="2"><font/><font><b/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="1" applyNumberFormat="1"/><xf numFmtId="2" applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>`,
  };
}
