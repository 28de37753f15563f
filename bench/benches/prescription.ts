import PDFDocument from 'pdfkit';
import { encode } from 'uqr';
import {
  type PrescriptionDocument,
  renderPrescription,
} from '../../libs/emr/src/prescriptions/prescription.template.ts';
import type { Bench } from '../bench.ts';
import { race, sampled } from '../race.ts';

const ROUNDS = 5;
const DOCUMENTS = 40;
const QR_SIDE = 84;

export const prescription: Bench = {
  name: 'prescription',
  title: 'the PDF of a prescription with two medicines',
  unit: 'document',
  async run() {
    const cold = await sampled(1, async () => {
      await renderPrescription(documentFor(0));
    });
    let count = 1;
    const result = await race(
      [
        {
          name: 'the template, fonts embedded',
          run: () => sampled(DOCUMENTS, () => renderAll((document) => renderPrescription(document))),
        },
        {
          name: 'pdfkit page with a standard font',
          run: () => sampled(DOCUMENTS, () => renderAll(plainPage)),
        },
      ],
      ROUNDS,
    );
    const bytes = (await renderPrescription(documentFor(1))).length;
    const plainBytes = (await plainPage(documentFor(1))).length;
    return {
      ...result,
      conditions: `another patient and number each time; ${bytes} bytes, the plain page ${plainBytes}`,
      notes: [
        `the first document of a process, with the fonts to be read: ${Math.round(cold.seconds * 1000)} ms`,
      ],
    };

    async function renderAll(render: (document: PrescriptionDocument) => Promise<Buffer>): Promise<void> {
      for (let i = 0; i < DOCUMENTS; i++) await render(documentFor(count++));
    }
  },
};

function documentFor(index: number): PrescriptionDocument {
  const medicine = {
    form: 'tablet',
    dose: '1 tablet',
    route: 'Oral',
    quantity: '21 tablets',
    refills: 0,
    substitutionAllowed: true,
  };
  return {
    number: `RX-2026-${String(index).padStart(6, '0')}`,
    standing: { kind: 'valid' },
    practice: {
      name: 'Cabinet du Canal',
      address: ['12 quai de Valmy', '75010 Paris'],
      phone: '+33 1 23 45 67 89',
      email: 'bonjour@cabinet.test',
      country: 'FR',
    },
    doctor: {
      name: 'Dr. Claire Moreau',
      qualifications: 'MD',
      licenceNumber: '10101010101',
      licenceCountry: 'FR',
    },
    patient: {
      name: `Émile Person${index}`,
      dateOfBirth: Temporal.PlainDate.from('1988-07-14'),
      sex: 'Male',
      weight: '72 kg',
      allergies: ['Penicillin'],
    },
    diagnoses: [{ code: 'J02.9', label: 'Acute pharyngitis' }],
    items: [
      {
        ...medicine,
        genericName: 'Azithromycin',
        strength: '500 mg',
        frequency: 'Once a day',
        duration: '3 days',
        instructions: 'Take it one hour before food.',
      },
      {
        ...medicine,
        genericName: 'Paracetamol',
        strength: '1 g',
        frequency: 'Up to three times a day',
        duration: '7 days',
        instructions: null,
      },
    ],
    advice: 'Rest and drink plenty.',
    signedAt: Temporal.ZonedDateTime.from('2026-03-03T14:05:12+01:00[Europe/Paris]'),
    verification: { url: `https://televisit.test/verify/7KQ2-M9${index}`, code: `7KQ2-M9${index}` },
  };
}

/** The same words and code on a page without layout, in a font that every viewer brings. */
function plainPage(document: PrescriptionDocument): Promise<Buffer> {
  const doc = new PDFDocument({ size: 'A4', margin: 48, font: 'Helvetica' });
  const chunks: Buffer[] = [];
  const written = new Promise<Buffer>((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
  doc.fontSize(9);
  for (const line of wordsOf(document)) doc.text(line);
  const { data, size } = encode(document.verification.url, { ecc: 'M', border: 0 });
  const side = QR_SIDE / size;
  for (const [row, squares] of data.entries()) {
    for (const [column, dark] of squares.entries()) {
      if (dark) doc.rect(48 + column * side, 600 + row * side, side, side);
    }
  }
  doc.fill('black').end();
  return written;
}

function wordsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Temporal.PlainDate || value instanceof Temporal.ZonedDateTime)
    return [value.toString()];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsOf) : [];
}
