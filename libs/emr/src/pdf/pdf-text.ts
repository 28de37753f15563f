import { advanceOf, type FontRun, fontRuns, isReordered, useFont, type Weight } from './pdf-fonts.ts';

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
const UNITS =
  'mg|mcg|µg|g|kg|ml|mL|l|L|dl|IU|U|mmol|mEq|%|tablets?|capsules?|drops?|puffs?|hours?|minutes?|days?|weeks?|months?|times?';
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
        if (words.length > 0 && used + space + piece.width > width) endLine();
        used += words.length > 0 ? space + piece.width : piece.width;
        words.push(piece.text);
        // The pieces of one long word are not divided by spaces.
        if (piece.text !== word) endLine();
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
  if (last) {
    const runs = [...last.runs, { script: 'latin', text: ELLIPSIS } as const];
    kept[count - 1] = { ...last, runs, width: last.width + widthOf(ELLIPSIS, last.style) };
  }
  return kept;
}

export function heightOf(lines: readonly TextLine[]): number {
  return lines.reduce((sum, line) => sum + line.height, 0);
}

/** How far below its top the letters of a line stand, in points. */
export function ascentOf(line: TextLine): number {
  return line.height * BASELINE;
}

/** Draws a line with its top at `y`. */
export function drawLine(doc: PDFKit.PDFDocument, line: TextLine, x: number, y: number): void {
  const { size, weight, color } = line.style;
  const baseline = y + ascentOf(line);
  doc.fillColor(color).fontSize(size);
  let left = x;
  for (const run of line.runs) {
    const { script, text } = run;
    useFont(doc, script, weight);
    const draw = () => doc.text(text, left, baseline, { lineBreak: false, baseline: 'alphabetic' });
    if (isReordered(script)) tellText(doc, text, size, draw);
    else draw();
    left += advanceOf(run, weight) * size;
  }
}

/**
 * Puts the text beside its glyphs, in writing order, for search, copying and screen readers. Where the mark ends,
 * poppler places the told text by the axes and the font then in force, which PDFKit has put back by that time: it turns
 * the y axis and sets the font for each text alone. So both are set around the mark, and the axis back inside it.
 */
function tellText(doc: PDFKit.PDFDocument, text: string, size: number, draw: () => void): void {
  const { height } = doc.page;
  const { id } = (doc as unknown as { _font: { id: string } })._font;
  doc.save().transform(1, 0, 0, -1, 0, height).addContent(`BT /${id} ${size} Tf ET`);
  doc.markContent('Span', { actual: text }).save().transform(1, 0, 0, -1, 0, height);
  draw();
  doc.restore().endMarkedContent().restore();
}

/** Draws lines below one another from `y` down, each starting at `x` or, if given, ending at `rightEdge`. */
export function drawLines(
  doc: PDFKit.PDFDocument,
  lines: readonly TextLine[],
  x: number,
  y: number,
  rightEdge?: number,
): void {
  let top = y;
  for (const line of lines) {
    drawLine(doc, line, rightEdge === undefined ? x : rightEdge - line.width, top);
    top += line.height;
  }
}

function toLine(text: string, width: number, style: TextStyle): TextLine {
  return { runs: fontRuns(text), style, width, height: style.size * LEADING };
}

function widthOf(text: string, { size, weight }: TextStyle): number {
  return fontRuns(text).reduce((sum, run) => sum + advanceOf(run, weight), 0) * size;
}

/** The word itself, or the parts it must be cut into because no line holds it. */
function pieces(word: string, style: TextStyle, width: number): { text: string; width: number }[] {
  const whole = widthOf(word, style);
  if (whole <= width) return [{ text: word, width: whole }];
  const parts = [{ text: '', width: 0 }];
  for (const { segment } of graphemes.segment(word)) {
    const length = widthOf(segment, style);
    const last = parts.at(-1);
    if (last && (last.text === '' || last.width + length <= width)) {
      last.text += segment;
      last.width += length;
    } else {
      parts.push({ text: segment, width: length });
    }
  }
  return parts;
}
