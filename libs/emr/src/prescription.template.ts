import PDFDocument from 'pdfkit';
import { Flow } from './pdf-flow.ts';
import { printable } from './pdf-text.ts';
import { beginPage, drawFooters, openSheet } from './prescription-page.ts';
import {
  adviceBlock,
  diagnosisBlock,
  itemsBlock,
  patientBlock,
  signatureBlock,
} from './prescription-sections.ts';

/** Everything that stands on a printed prescription, and nothing else. Texts are plain; any length is laid out. */
export interface PrescriptionDocument {
  /** The number people quote, such as `RX-2026-000123`. */
  readonly number: string;
  readonly standing: PrescriptionStanding;
  readonly practice: {
    readonly name: string;
    /** The postal address, a line each. */
    readonly address: readonly string[];
    readonly phone: string | null;
    readonly email: string | null;
    /** ISO 3166-1 alpha-2. It also chooses the paper: Letter in the United States and Canada, A4 elsewhere. */
    readonly country: string;
  };
  readonly doctor: {
    readonly name: string;
    /** As printed after the name, such as `MBBS, MD (General Medicine)`. */
    readonly qualifications: string | null;
    readonly licenceNumber: string;
    /** Where the licence is held, ISO 3166-1 alpha-2. */
    readonly licenceCountry: string;
  };
  readonly patient: {
    readonly name: string;
    readonly dateOfBirth: Temporal.PlainDate | null;
    readonly sex: string | null;
    /** With its unit, such as `72 kg`. */
    readonly weight: string | null;
    /** Empty when the patient is known to have none, `null` when nobody recorded them: the page tells the two apart. */
    readonly allergies: readonly string[] | null;
  };
  readonly diagnoses: readonly { readonly code: string; readonly label: string }[];
  readonly items: readonly PrescriptionItem[];
  /** What the patient should do besides taking the medicines; may have several lines. */
  readonly advice: string | null;
  /** When the doctor signed, in the zone of the practice. Its date is the date of issue. */
  readonly signedAt: Temporal.ZonedDateTime;
  readonly verification: {
    /** The public page that tells whether this prescription is genuine and still stands; the QR code leads there. */
    readonly url: string;
    /** The short code a person types on that page instead. */
    readonly code: string;
  };
}

/** Whether a pharmacist may dispense from this copy. */
export type PrescriptionStanding =
  | { readonly kind: 'valid' }
  | { readonly kind: 'cancelled'; readonly at: Temporal.ZonedDateTime; readonly reason: string | null }
  | {
      readonly kind: 'superseded';
      readonly at: Temporal.ZonedDateTime;
      /** Number of the prescription that replaces this one. */
      readonly by: string;
    };

export interface PrescriptionItem {
  readonly genericName: string;
  /** With its unit, such as `500 mg`. */
  readonly strength: string;
  /** Such as `tablet` or `oral suspension`. */
  readonly form: string;
  readonly dose: string;
  readonly route: string;
  readonly frequency: string;
  readonly duration: string;
  readonly quantity: string;
  readonly refills: number;
  /** Whether the pharmacist may give another product with the same substance. */
  readonly substitutionAllowed: boolean;
  readonly instructions: string | null;
}

/**
 * Renders a prescription as a PDF with embedded fonts, from which the text can be copied. The same input gives the
 * same bytes. About a hundred documents a second on one core; see `pdf-fonts.ts` for why.
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
