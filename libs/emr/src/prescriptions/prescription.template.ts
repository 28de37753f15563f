import { openPdf } from '../pdf/pdf-file.ts';
import { Flow } from '../pdf/pdf-flow.ts';
import { drawFooters, openSheet } from '../pdf/pdf-sheet.ts';
import type { PrescriptionDocument } from './prescription-document.ts';
import { beginPage } from './prescription-page.ts';
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
  const { doc, written } = openPdf({
    letter,
    title: `Prescription ${input.number}`,
    author: input.doctor.name,
    changedAt: lastChange(input).toInstant(),
  });

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
  drawFooters(sheet, `Prescription ${input.number}  ·  ${input.practice.name}`);

  doc.end();
  return written;
}

function lastChange({ standing, signedAt }: PrescriptionDocument): Temporal.ZonedDateTime {
  return standing.kind === 'valid' ? signedAt : standing.at;
}
