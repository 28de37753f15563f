import PDFDocument from 'pdfkit';
import { Flow } from './pdf-flow.ts';
import { printable } from './pdf-text.ts';
import type { PrescriptionDocument } from './prescription-document.ts';
import { beginPage, drawFooters, openSheet } from './prescription-page.ts';
import {
  adviceBlock,
  diagnosisBlock,
  itemsBlock,
  patientBlock,
  signatureBlock,
} from './prescription-sections.ts';

export type {
  PrescriptionDocument,
  PrescriptionItem,
} from './prescription-document.ts';

/**
 * Renders a prescription as a PDF with embedded fonts, from which the text can be copied. The same input gives the
 * same bytes. What keeps it fast is told in `pdf-fonts.ts`.
 */
export async function renderPrescription(input: PrescriptionDocument): Promise<Buffer> {
  const letter = input.practice.country === 'US' || input.practice.country === 'CA';
  const doc = new PDFDocument({
    size: letter ? 'LETTER' : 'A4',
    margin: 0,
    // No default font: it would be one of PDF's fourteen, which are not embedded.
    font: '',
    autoFirstPage: false,
    bufferPages: true,
    pdfVersion: '1.7',
    lang: 'en',
    displayTitle: true,
    info: {
      Title: printable(`Prescription ${input.number}`),
      Author: printable(input.doctor.name),
      Creator: 'Televisit',
      // PDFKit derives the file's id from this record, so that it repeats with the input.
      CreationDate: new Date(lastChange(input).epochMilliseconds),
    },
  });
  const written = collect(doc);

  const sheet = openSheet(doc, letter);
  const flow = new Flow(sheet.bottom, () => beginPage(sheet, input));
  flow.place(patientBlock(sheet, input));
  flow.place(diagnosisBlock(sheet, input));
  const { header, rows, end } = itemsBlock(sheet, input);
  flow.place([header, ...(rows[0] ?? [])]);
  for (const row of rows.slice(1)) flow.place(row, header);
  flow.place([end]);
  flow.place(adviceBlock(sheet, input));
  flow.placeAtBottom(signatureBlock(sheet, input));
  drawFooters(sheet, input);

  doc.end();
  return written;
}

function lastChange({ standing, signedAt }: PrescriptionDocument): Temporal.ZonedDateTime {
  return standing.kind === 'valid' ? signedAt : standing.at;
}

function collect(doc: PDFKit.PDFDocument): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
}
