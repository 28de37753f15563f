import {
  advance,
  advanceOf,
  type FontRun,
  fontRuns,
  isReordered,
  useFont,
  type Weight,
} from './pdf-fonts.ts';

/** How a text looks. Sizes are in points. */
export interface TextStyle {
  readonly size: number;
  readonly weight: Weight;
  readonly color: string;
}

/** One line that fits its column, ready to be drawn. Sizes are in points. */
export interface TextLine {
  readonly runs: readonly FontRun[];
  readonly style: TextStyle;
  readonly width: number;
  /** What the line takes on the page, with the space between lines. */
  readonly height: number;
}

const LEADING = 1.36;
/** Where the letters stand in a line, measured from its top in line heights. */
const BASELINE = 0.76;
const ELLIPSIS = '\u2026';

// A number stays with its unit: a line that ends in "5" and goes on with "mg" can be misread.
const UNITS = 'mg|mcg|µg|g|kg|ml|mL|l|L|dl|IU|U|mmol|mEq|%|tablets?|capsules?|drops?|puffs?|days?|weeks?';
const BREAK = new RegExp(` (?!(?<=\\d )(?:${UNITS})(?![\\p{L}\\p{N}]))`, 'u');

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Text as it may be printed: well-formed, composed, on lines divided by `\n`. What is not seen is dropped (control
 * characters, and the direction overrides that could show a dose other than the stored one); the joiners that
 * Devanagari spelling needs stay.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(/[\p{Default_Ignorable_Code_Point}--[\u200c\u200d]]/gv, '')
    .replace(/[[\p{Cc}\p{Z}]--[\n]]+/gv, ' ')
    .replace(/ *\n */g, '\n')
    .trim();
}

/** Breaks text into lines of at most `width` points: between words, or inside a word that is wider than a line. */
export function wrap(text: string, style: TextStyle, width: number): TextLine[] {
  const lines: TextLine[] = [];
  const space = widthOf(' ', style);
  for (const paragraph of printable(text).split('\n')) {
    let words: string[] = [];
    let used = 0;
    const endLine = () => {
      lines.push(toLine(words.join(' '), used, style));
      words = [];
      used = 0;
    };
    for (const word of paragraph.split(BREAK)) {
      for (const piece of pieces(word, style, width)) {
        const length = widthOf(piece, style);
        if (words.length > 0 && used + space + length > width) endLine();
        used += words.length > 0 ? space + length : length;
        words.push(piece);
        // The pieces of one long word are not divided by spaces.
        if (piece !== word) endLine();
      }
    }
    if (words.length > 0) endLine();
  }
  return lines;
}

/** At most `count` lines; an ellipsis ends the last one where some were left out. */
export function clamp(lines: TextLine[], count: number): TextLine[] {
  if (lines.length <= count) return lines;
  const kept = lines.slice(0, count);
  const last = kept[count - 1];
  if (last) kept[count - 1] = { ...last, runs: [...last.runs, { script: 'latin', text: ELLIPSIS }] };
  return kept;
}

export function heightOf(lines: readonly TextLine[]): number {
  return lines.reduce((sum, line) => sum + line.height, 0);
}

/** Draws a line with its top at `y`. */
export function drawLine(doc: PDFKit.PDFDocument, line: TextLine, x: number, y: number): void {
  const { size, weight, color } = line.style;
  const baseline = y + line.height * BASELINE;
  doc.fillColor(color).fontSize(size);
  let left = x;
  for (const run of line.runs) {
    const { script, text } = run;
    useFont(doc, script, weight);
    const told = isReordered(script);
    if (told) doc.markContent('Span', { actual: text });
    doc.text(text, left, baseline, { lineBreak: false, baseline: 'alphabetic' });
    if (told) doc.endMarkedContent();
    left += advanceOf(run, weight) * size;
  }
}

/** Draws lines below one another and returns the `y` under them. */
export function drawLines(
  doc: PDFKit.PDFDocument,
  lines: readonly TextLine[],
  x: number,
  y: number,
  rightEdge?: number,
): number {
  let top = y;
  for (const line of lines) {
    drawLine(doc, line, rightEdge === undefined ? x : rightEdge - line.width, top);
    top += line.height;
  }
  return top;
}

function toLine(text: string, width: number, style: TextStyle): TextLine {
  return { runs: fontRuns(text), style, width, height: style.size * LEADING };
}

function widthOf(text: string, { size, weight }: TextStyle): number {
  return advance(text, weight) * size;
}

/** The word itself, or the parts it must be cut into because no line holds it. */
function pieces(word: string, style: TextStyle, width: number): string[] {
  if (widthOf(word, style) <= width) return [word];
  const parts: string[] = [];
  let part = '';
  let used = 0;
  for (const { segment } of graphemes.segment(word)) {
    const length = widthOf(segment, style);
    if (part !== '' && used + length > width) {
      parts.push(part);
      part = '';
      used = 0;
    }
    part += segment;
    used += length;
  }
  return [...parts, part];
}
