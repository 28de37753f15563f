import { ascentOf, drawLine, heightOf, type TextLine } from './pdf-text.ts';

/** A strip across the page that is never divided. `draw` gets the y of its top; all sizes are in points. */
export interface Band {
  readonly height: number;
  readonly draw: (y: number) => void;
}

/** Lines in a column that begins at `x`. */
export interface Cell {
  readonly x: number;
  readonly lines: readonly TextLine[];
}

/** Turns cells that stand side by side into bands, line by line, so that even one huge row can break over pages. */
export function bandsOf(doc: PDFKit.PDFDocument, cells: readonly Cell[]): Band[] {
  const count = Math.max(0, ...cells.map((cell) => cell.lines.length));
  return Array.from({ length: count }, (_, i) => {
    const strip = cells.flatMap(({ x, lines }) => (lines[i] ? [{ x, line: lines[i] }] : []));
    // Lines of different sizes stand on one baseline.
    const ascent = Math.max(...strip.map(({ line }) => ascentOf(line)));
    return {
      height: Math.max(...strip.map(({ line }) => line.height)),
      draw: (y) => {
        for (const { x, line } of strip) drawLine(doc, line, x, y + ascent - ascentOf(line));
      },
    };
  });
}

export function gap(height: number): Band {
  return { height, draw: () => {} };
}

/** The same band with something painted behind it. */
export function painted({ height, draw }: Band, paint: (y: number, height: number) => void): Band {
  return {
    height,
    draw: (y) => {
      paint(y, height);
      draw(y);
    },
  };
}

/** Several bands as one that is not divided, such as a heading with its first line. */
export function together(bands: readonly Band[]): Band {
  return {
    height: bands.reduce((sum, band) => sum + band.height, 0),
    draw: (y) => {
      let top = y;
      for (const band of bands) {
        band.draw(top);
        top += band.height;
      }
    },
  };
}

/** Lines as one undivided band. */
export function textBand(doc: PDFKit.PDFDocument, lines: readonly TextLine[], x: number): Band {
  return {
    height: heightOf(lines),
    draw: (y) => together(bandsOf(doc, [{ x, lines }])).draw(y),
  };
}

/** Fills pages from top to bottom. `beginPage` dresses a new page and returns the y where its content starts. */
export class Flow {
  private y: number;
  private top: number;

  constructor(
    private readonly bottom: number,
    private readonly beginPage: () => number,
  ) {
    this.top = beginPage();
    this.y = this.top;
  }

  /**
   * Places bands that belong together: on this page if they fit, on the next if they fit there, and over several
   * pages otherwise. `header` is drawn again above what continues on a new page.
   */
  place(bands: readonly Band[], header?: Band): void {
    const total = together(bands).height;
    if (total > this.bottom - this.y && total <= this.bottom - this.top - (header?.height ?? 0)) {
      this.breakPage(header);
    }
    for (const band of bands) {
      if (band.height > this.bottom - this.y) this.breakPage(header);
      this.draw(band);
    }
  }

  /** Places one band at the foot of the page, on a new page if this one has no room for it. */
  placeAtBottom(band: Band): void {
    if (band.height > this.bottom - this.y) this.breakPage();
    else this.y = this.bottom - band.height;
    this.draw(band);
  }

  private breakPage(header?: Band): void {
    this.top = this.beginPage();
    this.y = this.top;
    if (header) this.draw(header);
  }

  private draw(band: Band): void {
    band.draw(this.y);
    this.y += band.height;
  }
}
