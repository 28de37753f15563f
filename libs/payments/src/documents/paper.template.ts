import { loadPdf } from '#emr';
import type { Paper, PaperRow } from './paper.ts';

const { bandsOf, drawLine, Flow, gap, openPdf, wrap } = await loadPdf();

type Look = Parameters<typeof wrap>[1];
type Strip = ReturnType<typeof bandsOf>;

// Sizes are in points.
const MARGIN = 42;
const FOOTER = 52;
const AMOUNT = 88;
const BODY: Look = { size: 9, weight: 400, color: '#17212b' };
const STRONG: Look = { ...BODY, weight: 600 };
const TITLE: Look = { ...STRONG, size: 16 };
const SMALL: Look = { ...BODY, size: 8, color: '#586573' };

/** Renders a paper as a PDF with embedded fonts. The same input gives the same bytes. */
export async function renderPaper(paper: Paper): Promise<Uint8Array> {
  const { doc, written } = openPdf({
    letter: paper.isLetter,
    title: paper.title,
    author: paper.author,
    language: paper.language,
    changedAt: paper.issuedAt,
  });
  const [width, height] = paper.isLetter ? [612, 792] : [595.28, 841.89];
  const table = new Table(doc, width);
  const flow = new Flow(height - FOOTER, () => {
    doc.addPage();
    return MARGIN;
  });
  flow.place([...table.row(['', paper.title], TITLE), gap(10)]);
  for (const [name, value] of paper.facts) flow.place([...table.row([name, value], BODY), gap(3)]);
  const header = table.row(paper.header, STRONG);
  flow.place([gap(12), ...header]);
  for (const row of paper.rows) flow.place(table.row(row, BODY), header[0]);
  flow.place([
    gap(8),
    ...paper.totals.flatMap(([name, amount], i) =>
      table.row(['', name, '', '', amount], i === paper.totals.length - 1 ? STRONG : BODY),
    ),
  ]);
  const { count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page++) {
    doc.switchToPage(page);
    const [line] = wrap(paper.footer(page + 1, count), SMALL, width - 2 * MARGIN);
    if (line) drawLine(doc, line, MARGIN, height - 34);
  }
  doc.end();
  return written;
}

/** Five columns: two of text, three of amounts that end at their right edge. */
class Table {
  readonly #rightEdges: readonly number[];
  readonly #left = [MARGIN, MARGIN + 82] as const;

  constructor(
    private readonly doc: PDFKit.PDFDocument,
    width: number,
  ) {
    const right = width - MARGIN;
    this.#rightEdges = [right - 2 * AMOUNT, right - AMOUNT, right];
  }

  row([day, what, ...amounts]: PaperRow, look: Look): Strip {
    // Where no amounts stand beside it, a text has the whole line.
    const room = amounts.some((amount, i) => i < 2 && amount !== '') ? 160 : amounts.length > 0 ? 330 : 420;
    const columns = [
      { x: this.#left[0], lines: wrap(day, look, 78) },
      { x: this.#left[1], lines: wrap(what, look, room) },
      ...amounts.map((amount, i) => {
        const lines = wrap(amount, look, AMOUNT);
        return { x: (this.#rightEdges[i] ?? 0) - (lines[0]?.width ?? 0), lines };
      }),
    ];
    return bandsOf(this.doc, columns);
  }
}
