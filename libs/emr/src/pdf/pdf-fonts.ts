import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';
import { create, type Font, type Glyph, type GlyphRun } from 'fontkit';

// Noto Sans comes as one small file per script. What makes an embedded font slow is doing the same work again:
// fontkit inflates a compressed table at every access (5 pages a second), and shapes every word of every document
// (50 a second). So, for the life of the process,
//   - a file is unpacked and parsed once, when the first character needs it;
//   - a word is shaped once and its glyphs are kept: the words on prescriptions are few;
// and PDFKit is given the parsed font where it takes a file. Only the subset is made for each document.

export type Weight = 400 | 600;
type Script = (typeof SCRIPTS)[number]['script'];

const packages = createRequire(import.meta.url);
/** The code points in each file, as CSS writes them: `U+0900-097F,U+20B9`. */
const RANGES: Readonly<Record<string, string>> = packages('@fontsource/noto-sans/unicode.json');

/** A piece of text that one font file can draw. */
export interface FontRun {
  readonly script: Script;
  readonly text: string;
}

/** Words kept per font. Beyond it the oldest go, so that memory is bounded whatever is printed. */
const SHAPED_WORDS = 4000;
/** Stands for a character that no font has: a mark that is seen, since a silent gap in a dose is dangerous. */
const MISSING = '\uFFFD';
const SIMPLE_TEXT = /^[\u0020-\u007e\u00a1-\u00ff]*$/;
const SPACE_OR_PUNCTUATION = /^[\p{Z}\p{P}]+$/u;
/** Scripts whose glyphs are reordered, so that a copy of the page needs the text told beside them. */
const REORDERED: ReadonlySet<Script> = new Set<Script>(['devanagari']);

/** In the order they are tried; what a script's file is said to hold is known without opening it. */
const SCRIPTS = (
  [
    'latin',
    'latin-ext',
    'devanagari',
    'vietnamese',
    'greek',
    'cyrillic',
    'greek-ext',
    'cyrillic-ext',
  ] as const
).map((script) => ({ script, holds: (RANGES[script] ?? '').split(',').map(toRange) }));

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const fonts: Record<Weight, Map<Script, Font>> = { 400: new Map(), 600: new Map() };

/**
 * Splits text into pieces that one font each can draw, whole graphemes at a time, since marks and conjuncts only
 * join inside one font. Covers Latin, Devanagari, Greek, Cyrillic and Vietnamese; any other character becomes a
 * visible replacement mark.
 */
export function fontRuns(text: string): FontRun[] {
  if (SIMPLE_TEXT.test(text)) return text === '' ? [] : [{ script: 'latin', text }];
  const runs: { script: Script; text: string }[] = [];
  const append = (script: Script, piece: string) => {
    const last = runs.at(-1);
    if (last?.script === script) last.text += piece;
    else runs.push({ script, text: piece });
  };
  for (const { segment } of graphemes.segment(text)) {
    const script = scriptOf(segment, runs.at(-1)?.script);
    if (script) append(script, segment);
    else for (const character of segment) appendAlone(character);
  }
  return runs;

  function appendAlone(character: string) {
    const script = scriptOf(character, undefined);
    if (script) append(script, character);
    else append('latin', MISSING);
  }
}

/** Makes the font of a script current in the document. */
export function useFont(doc: PDFKit.PDFDocument, script: Script, weight: Weight): void {
  const name = `${script}-${weight}`;
  // The types know files only; PDFKit also takes a font that fontkit has parsed.
  doc.registerFont(name, fontOf(script, weight) as unknown as Buffer).font(name);
}

/** The width of one run, in ems. Word by word, as PDFKit draws it, so that both agree and the words are kept. */
export function advanceOf({ script, text }: FontRun, weight: Weight): number {
  const font = fontOf(script, weight);
  const words = text.includes(' ') ? text.split(/(?<= )/) : [text];
  let units = 0;
  for (const word of words) units += font.layout(word).advanceWidth;
  return units / font.unitsPerEm;
}

export function isReordered(script: Script): boolean {
  return REORDERED.has(script);
}

function scriptOf(grapheme: string, current: Script | undefined): Script | undefined {
  const codePoints = Array.from(grapheme, (character) => character.codePointAt(0) as number);
  const covers = (script: Script) => {
    const font = fontOf(script, 400);
    return codePoints.every((codePoint) => font.hasGlyphForCodePoint(codePoint));
  };
  // A space or a comma stays with the words around it.
  if (current && SPACE_OR_PUNCTUATION.test(grapheme) && covers(current)) return current;
  return SCRIPTS.find(
    ({ script, holds }) =>
      codePoints.every((codePoint) => holds.some(([from, to]) => codePoint >= from && codePoint <= to)) &&
      covers(script),
  )?.script;
}

function fontOf(script: Script, weight: Weight): Font {
  let font = fonts[weight].get(script);
  if (!font) {
    const path = packages.resolve(`@fontsource/noto-sans/files/noto-sans-${script}-${weight}-normal.woff`);
    font = remember(create(unpackWoff(readFileSync(path))));
    fonts[weight].set(script, font);
  }
  return font;
}

/** The same font with its shaped words and its read outlines kept. */
function remember(font: Font): Font {
  // PDFKit scales a shape to thousandths of an em in place; only where that changes nothing can shapes be shared.
  if (font.unitsPerEm !== 1000) throw new Error('Shapes can be shared only by a font of 1000 units per em.');
  const shapes = new Map<string, GlyphRun>();
  const glyphs = new Map<number, Glyph>();
  const layout = (word: string) => {
    let shape = shapes.get(word);
    if (!shape) {
      // A glyph remembers the characters that first asked for it, and they go into the document. Starting each
      // word without glyphs keeps a document's bytes independent of those rendered before it.
      font._glyphs = {};
      const { glyphs, positions, advanceWidth } = font.layout(word);
      shape = { glyphs, positions, advanceWidth };
      if (shapes.size >= SHAPED_WORDS) shapes.delete(shapes.keys().next().value as string);
      shapes.set(word, shape);
    }
    return shape;
  };
  // Asked for by the subset of each document, which reads the outline only to see whether it has components.
  const getGlyph = (id: number) => {
    let glyph = glyphs.get(id);
    if (!glyph) {
      glyph = font.getGlyph(id);
      const outline = glyph._decode();
      glyph._decode = () => outline;
      glyphs.set(id, glyph);
    }
    return glyph;
  };
  return Object.create(font, { layout: { value: layout }, getGlyph: { value: getGlyph } }) as Font;
}

/** WOFF 1.0 (w3.org/TR/WOFF) to the OpenType file inside it: the same tables, not compressed. */
function unpackWoff(woff: Buffer<ArrayBuffer>): Buffer {
  const count = woff.readUInt16BE(12);
  const head = Buffer.alloc(12 + 16 * count);
  head.writeUInt32BE(woff.readUInt32BE(4), 0);
  head.writeUInt16BE(count, 4);
  const parts: Buffer[] = [head];
  let position = head.length;
  for (let i = 0; i < count; i++) {
    const entry = 44 + 20 * i;
    const offset = woff.readUInt32BE(entry + 4);
    const packedLength = woff.readUInt32BE(entry + 8);
    const length = woff.readUInt32BE(entry + 12);
    const packed = woff.subarray(offset, offset + packedLength);
    const table = packedLength < length ? inflateSync(packed) : packed;
    const target = 12 + 16 * i;
    woff.copy(head, target, entry, entry + 4);
    woff.copy(head, target + 4, entry + 16, entry + 20);
    head.writeUInt32BE(position, target + 8);
    head.writeUInt32BE(length, target + 12);
    parts.push(table, Buffer.alloc(-length & 3));
    position += length + (-length & 3);
  }
  return Buffer.concat(parts);
}

function toRange(text: string): [from: number, to: number] {
  const [from, to] = text.slice(2).split('-') as [string, string?];
  return [Number.parseInt(from, 16), Number.parseInt(to ?? from, 16)];
}
