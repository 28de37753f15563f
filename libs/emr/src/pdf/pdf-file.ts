import PDFDocument from 'pdfkit';
import { printable } from './pdf-text.ts';

/** Opens a PDF with embedded fonts; `written` are its bytes, after `doc.end()`. The same input gives the same bytes. */
export function openPdf(about: {
  /** US Letter instead of A4. */
  readonly letter: boolean;
  readonly title: string;
  readonly author: string;
  /** Of what is written in it; English when absent. */
  readonly language?: string;
  /** When what it shows was last changed. */
  readonly changedAt: Temporal.Instant;
}): { readonly doc: PDFKit.PDFDocument; readonly written: Promise<Buffer> } {
  const doc = new PDFDocument({
    size: about.letter ? 'LETTER' : 'A4',
    margin: 0,
    // No default font: it would be one of PDF's fourteen, which are not embedded.
    font: '',
    autoFirstPage: false,
    bufferPages: true,
    pdfVersion: '1.7',
    lang: about.language ?? 'en',
    displayTitle: true,
    info: {
      Title: printable(about.title),
      Author: printable(about.author),
      Creator: 'Televisit',
      // PDFKit derives the file's id from this record, so that it repeats with the input.
      CreationDate: new Date(about.changedAt.epochMilliseconds),
    },
  });
  return { doc, written: collect(doc) };
}

function collect(doc: PDFKit.PDFDocument): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
}
