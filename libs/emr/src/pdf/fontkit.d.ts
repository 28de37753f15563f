/** The part of fontkit (the parser inside PDFKit) that `pdf-fonts.ts` uses; the package carries no types. */
declare module 'fontkit' {
  export interface Glyph {
    _decode(): unknown;
  }
  export interface GlyphRun {
    readonly glyphs: readonly Glyph[];
    readonly positions: readonly unknown[];
    /** In font units. */
    readonly advanceWidth: number;
  }
  export interface Font {
    readonly unitsPerEm: number;
    /** Glyphs made so far. Each remembers the characters of the text that asked for it first. */
    _glyphs: Record<number, unknown>;
    hasGlyphForCodePoint(codePoint: number): boolean;
    layout(text: string): GlyphRun;
    getGlyph(id: number): Glyph;
  }
  export function create(file: Uint8Array): Font;
}
