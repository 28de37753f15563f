import { inflateSync } from 'node:zlib';
import { expect } from 'expect';

export interface ReadPage {
  /** What each text operation shows, by the fonts' own maps to Unicode. */
  readonly texts: string[];
  /** The texts told beside glyphs (ActualText). */
  readonly told: string[];
  readonly rectangles: { x: number; y: number; width: number; height: number }[];
  /** Where each text starts, from the lower left corner. */
  readonly positions: { x: number; y: number }[];
}

/** As much of a PDF reader as PDFKit's output needs. */
export function readPdf(pdf: Buffer): { objects: string[]; pages: ReadPage[] } {
  expect(pdf.subarray(0, 8).toString()).toBe('%PDF-1.7');
  const source = pdf.toString('latin1');
  const byId = new Map<string, string>();
  for (const [, id = '', body = ''] of source.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g))
    byId.set(id, body);
  const stream = (id = '') => {
    const [head = '', data = ''] = (byId.get(id) ?? '').split(/\nstream\n([\s\S]*)\nendstream$/);
    const bytes = Buffer.from(data, 'latin1');
    return (head.includes('/FlateDecode') ? inflateSync(bytes) : bytes).toString('latin1');
  };
  const objects = [...byId.values()];
  const fonts = new Map<string, string[]>();
  for (const [, name = '', id = ''] of objects.join('\n').matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const map = stream(byId.get(id)?.match(/\/ToUnicode (\d+) 0 R/)?.[1]);
    const entries = map.slice(map.indexOf('beginbfrange')).matchAll(/\[(.*)\]/g);
    fonts.set(
      name,
      [...entries].flatMap(([, list = '']) => (list.match(/<[^>]*>/g) ?? []).map(fromHex)),
    );
  }
  const kids = objects.find((object) => object.includes('/Type /Pages'))?.match(/\/Kids \[(.*)\]/)?.[1] ?? '';
  const pages = [...kids.matchAll(/(\d+) 0 R/g)].map(([, id = '']) => {
    const content = stream(byId.get(id)?.match(/\/Contents (\d+) 0 R/)?.[1]);
    return readPage(content, fonts);
  });
  return { objects, pages };
}

function readPage(content: string, fonts: Map<string, string[]>): ReadPage {
  const page = {
    texts: [] as string[],
    told: [] as string[],
    rectangles: [] as ReadPage['rectangles'],
    positions: [] as ReadPage['positions'],
  };
  let font: string[] = [];
  for (const line of content.split('\n')) {
    const [, name] = line.match(/\/(F\d+) [\d.]+ Tf/) ?? [];
    if (name) font = fonts.get(name) ?? [];
    if (line.endsWith('TJ')) {
      const codes = (line.match(/<[^>]*>/g) ?? []).join('').match(/[0-9a-f]{4}/g) ?? [];
      page.texts.push(
        codes
          .map((code) => font[Number.parseInt(code, 16)] ?? '')
          .join('')
          .trim(),
      );
    }
    const [, left, bottom] = line.match(/^1 0 0 1 (\S+) (\S+) Tm$/) ?? [];
    if (bottom) page.positions.push({ x: Number(left), y: Number(bottom) });
    const [, x, y, width, height] = line.match(/^(\S+) (\S+) (\S+) (\S+) re$/) ?? [];
    if (height)
      page.rectangles.push({ x: Number(x), y: Number(y), width: Number(width), height: Number(height) });
  }
  for (const [, escaped = ''] of content.matchAll(/\/ActualText \(((?:\\[\s\S]|[^\\)])*)\)/g)) {
    const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
    const bytes = Buffer.from(
      escaped.replace(/\\([\s\S])/g, (_, c: string) => escapes[c] ?? c),
      'latin1',
    );
    page.told.push(bytes.swap16().toString('utf16le').slice(1));
  }
  return page;
}

function fromHex(text: string): string {
  return String.fromCharCode(...(text.match(/[0-9a-f]{4}/g) ?? []).map((code) => Number.parseInt(code, 16)));
}
