import { clamp, drawLine, drawLines, type TextStyle, wrap } from './pdf-text.ts';

/** The page and its measures, in points. `left` and `right` bound the text, `bottom` is where the footer begins. */
export interface Sheet {
  readonly doc: PDFKit.PDFDocument;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
}

export const INK = '#17212b';
export const MUTED = '#586573';
export const ACCENT = '#0b6b6b';
const HAIRLINE = '#cfd7dd';
export const PANEL = '#f1f6f6';
export const DANGER = '#b3261e';

export const BODY: TextStyle = { size: 9, weight: 400, color: INK };
export const STRONG: TextStyle = { ...BODY, weight: 600 };
export const SMALL: TextStyle = { size: 8, weight: 400, color: MUTED };
export const LABEL: TextStyle = { size: 7, weight: 600, color: MUTED };

const MARGIN = 42;
const FOOTER = 40;

export function openSheet(doc: PDFKit.PDFDocument, letter: boolean): Sheet {
  const [width, height] = letter ? [612, 792] : [595.28, 841.89];
  return { doc, width, height, left: MARGIN, right: width - MARGIN, bottom: height - FOOTER - 12 };
}

/** Draws the footer of every page, once it is known how many there are. */
export function drawFooters(sheet: Sheet, text: string): void {
  const { doc, left, right } = sheet;
  const { count } = doc.bufferedPageRange();
  const y = sheet.height - FOOTER;
  for (let page = 0; page < count; page++) {
    doc.switchToPage(page);
    rule(sheet, y);
    const [number] = wrap(`Page ${page + 1} of ${count}`, SMALL, 100);
    if (number) drawLine(doc, number, right - number.width, y + 7);
    drawLines(doc, clamp(wrap(text, SMALL, right - left - 120), 1), left, y + 7);
  }
}

export function rule({ doc, left, right }: Sheet, y: number): void {
  doc.moveTo(left, y).lineTo(right, y).lineWidth(0.6).strokeColor(HAIRLINE).stroke();
}
