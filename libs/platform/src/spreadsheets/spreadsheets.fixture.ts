import { strFromU8, unzipSync } from 'fflate';

/** The records of a CSV, with or without the byte order mark (RFC 4180). */
export function readCsv(text: string): string[][] {
  const records: string[][] = [[]];
  for (const [, quoted, plain, end] of text
    .replace(/^\ufeff/, '')
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (end === '' && plain === '' && quoted === undefined) break;
    records.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') records.push([]);
  }
  return records.filter(({ length }) => length > 0);
}

export interface XlsxCell {
  readonly text: string;
  readonly isNumber: boolean;
}

/** The rows of each sheet of a workbook. */
export function readXlsx(file: Uint8Array): XlsxCell[][][] {
  const parts = unzipSync(file);
  const sheets = Object.keys(parts).filter((path) => path.startsWith('xl/worksheets/'));
  return sheets.map((path) =>
    [...strFromU8(parts[path] ?? new Uint8Array()).matchAll(/<row>(.*?)<\/row>/gs)].map(([, row = '']) =>
      [...row.matchAll(/<c(?: [^>]*?)?(?:\/>|>(.*?)<\/c>)/gs)].map(([, content = '']) => ({
        text: content
          .replaceAll(/<[^>]*>/g, '')
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&amp;', '&'),
        isNumber: content.startsWith('<v>'),
      })),
    ),
  );
}
