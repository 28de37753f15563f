import { encode } from 'uqr';
import { type Band, bandsOf, type Cell, gap, painted, textBand, together } from '../pdf/pdf-flow.ts';
import {
  ACCENT,
  BODY,
  DANGER,
  INK,
  LABEL,
  MUTED,
  PANEL,
  rule,
  type Sheet,
  SMALL,
  STRONG,
} from '../pdf/pdf-sheet.ts';
import { drawLines, heightOf, type TextLine, type TextStyle, wrap } from '../pdf/pdf-text.ts';
import { ageAt, counted, countryName, longDate, longTime } from '../pdf/pdf-words.ts';
import type { PrescriptionDocument, PrescriptionItem } from './prescription-document.ts';

const QR_SIZE = 84;

/** Who the patient is, and what they must not be given. */
export function patientBlock(sheet: Sheet, { patient, signedAt }: PrescriptionDocument): Band[] {
  const { doc, left, right } = sheet;
  const inner = left + 14;
  const width = right - inner - 12;
  const born = patient.dateOfBirth;
  const facts: [label: string, value: string, share: number, style: TextStyle][] = [
    ['PATIENT', patient.name, 0.42, { ...STRONG, size: 11 }],
    ['DATE OF BIRTH', born ? longDate(born) : 'Not recorded', 0.22, BODY],
    ['AGE', born ? ageAt(signedAt.toPlainDate(), born) : '–', 0.13, BODY],
    ['SEX', patient.sex ?? 'Not recorded', 0.12, BODY],
    ['WEIGHT', patient.weight ?? '–', 0.11, BODY],
  ];
  let x = inner;
  const labels: Cell[] = [];
  const values: Cell[] = [];
  for (const [label, value, share, style] of facts) {
    const column = width * share - 8;
    labels.push({ x, lines: wrap(label, LABEL, column) });
    values.push({ x, lines: wrap(value, style, column) });
    x += width * share;
  }
  const bands = [
    gap(8),
    ...bandsOf(doc, labels),
    ...bandsOf(doc, values),
    gap(6),
    ...bandsOf(doc, [
      { x: inner, lines: wrap('ALLERGIES', LABEL, 70) },
      { x: inner + 56, lines: allergyLines(patient.allergies, width - 56) },
    ]),
    gap(8),
  ];
  const panel = (y: number, height: number) => {
    doc.rect(left, y, right - left, height).fill(PANEL);
    doc.rect(left, y, 4, height).fill(ACCENT);
  };
  return [...bands.map((band) => painted(band, panel)), gap(10)];
}

export function diagnosisBlock({ doc, left, right }: Sheet, { diagnoses }: PrescriptionDocument): Band[] {
  if (diagnoses.length === 0) return [];
  const text = diagnoses.map(({ code, label }) => `${code} ${label}`).join('; ');
  const bands = bandsOf(doc, [
    { x: left, lines: wrap('DIAGNOSIS', LABEL, 70) },
    { x: left + 70, lines: wrap(text, BODY, right - left - 70) },
  ]);
  return [...bands, gap(10)];
}

/** The table of medicines: its header, a list of bands per medicine, and the line that closes it. */
export function itemsBlock(
  sheet: Sheet,
  { items }: PrescriptionDocument,
): { header: Band; rows: Band[][]; end: Band } {
  const { doc, left, right } = sheet;
  const columns = columnsOf(sheet);
  const white: TextStyle = { ...LABEL, color: '#ffffff' };
  const titles = columns.map(({ title, x, width }) => ({ x, lines: wrap(title, white, width) }));
  const header = painted(together([gap(5), ...bandsOf(doc, titles), gap(5)]), (y, height) =>
    doc.rect(left, y, right - left, height).fill(ACCENT),
  );

  const rows = items.map((item, i) => {
    const x = columns[1]?.x ?? left;
    const instructions = item.instructions?.trim()
      ? bandsOf(doc, [{ x, lines: wrap(`Instructions: ${item.instructions}`, BODY, right - x - 6) }])
      : [];
    return [
      gap(6),
      ...bandsOf(
        doc,
        columns.map((column) => ({ x: column.x, lines: column.lines(item, i, column.width) })),
      ),
      ...(instructions.length > 0 ? [gap(3), ...instructions] : []),
      together([gap(6), { height: 0.6, draw: (y) => rule(sheet, y) }]),
    ];
  });

  // Closes the list, so that nothing can be written in below it.
  const count =
    items.length === 0 ? 'No medicines prescribed' : `${counted(items.length, 'medicine')} prescribed`;
  const closing = wrap(`${count}  ·  End of list`, SMALL, right - left);
  return { header, rows, end: together([gap(7), textBand(doc, closing, left), gap(14)]) };
}

export function adviceBlock({ doc, left, right }: Sheet, { advice }: PrescriptionDocument): Band[] {
  if (!advice?.trim()) return [];
  const [first, ...rest] = bandsOf(doc, [{ x: left, lines: wrap(advice, BODY, right - left) }]);
  if (!first) return [];
  const heading = bandsOf(doc, [{ x: left, lines: wrap('ADVICE', LABEL, 200) }]);
  return [together([...heading, gap(2), first]), ...rest, gap(14)];
}

/** On the left how to check this paper, on the right who signed it and when. */
export function signatureBlock(sheet: Sheet, { doctor, signedAt, verification }: PrescriptionDocument): Band {
  const { doc, left, right } = sheet;
  const signLeft = left + (right - left) * 0.56;
  const checkLeft = left + QR_SIZE + 14;
  const code = wrap(verification.code, { size: 10, weight: 600, color: INK }, QR_SIZE + 60);
  const check = [
    ...wrap('Check this prescription', { ...STRONG, color: ACCENT }, signLeft - checkLeft - 18),
    ...wrap(
      'Scan the code, or open the page below and enter the code under it.',
      SMALL,
      signLeft - checkLeft - 18,
    ),
    ...wrap(verification.url, { ...SMALL, size: 7 }, signLeft - checkLeft - 18),
  ];
  const name = wrap(doctor.name, { size: 13, weight: 600, color: INK }, right - signLeft);
  const below = [
    ...wrap(`Signed electronically by ${doctor.name}`, SMALL, right - signLeft),
    ...wrap(
      `Licence ${doctor.licenceNumber}, ${countryName(doctor.licenceCountry)}`,
      SMALL,
      right - signLeft,
    ),
    ...wrap(longTime(signedAt), SMALL, right - signLeft),
  ];
  const height =
    Math.max(QR_SIZE + heightOf(code) + 4, heightOf(check), heightOf(name) + heightOf(below) + 30) + 10;
  return {
    height,
    draw: (top) => {
      const y = top + 10;
      drawQrCode(doc, verification.url, left, y);
      drawLines(doc, code, left, y + QR_SIZE + 4);
      drawLines(doc, check, checkLeft, y);
      doc.link(left, y, QR_SIZE, QR_SIZE, verification.url);
      const line = y + 22 + heightOf(name);
      drawLines(doc, name, signLeft, y + 20);
      doc.moveTo(signLeft, line).lineTo(right, line).lineWidth(0.8).strokeColor(INK).stroke();
      drawLines(doc, below, signLeft, line + 5);
    },
  };
}

interface Column {
  readonly title: string;
  readonly x: number;
  readonly width: number;
  lines(item: PrescriptionItem, index: number, width: number): TextLine[];
}

function columnsOf({ left, right }: Sheet): Column[] {
  const plain =
    (value: (item: PrescriptionItem) => string) => (item: PrescriptionItem, _: number, width: number) =>
      wrap(value(item), BODY, width);
  const shares: [title: string, share: number, lines: Column['lines']][] = [
    ['#', 0.045, (_, i, width) => wrap(String(i + 1), { ...BODY, color: MUTED }, width)],
    ['MEDICINE', 0.285, (item, _, width) => medicineLines(item, width)],
    ['DOSE', 0.12, plain((item) => item.dose)],
    ['ROUTE', 0.1, plain((item) => item.route)],
    ['FREQUENCY', 0.17, plain((item) => item.frequency)],
    ['DURATION', 0.1, plain((item) => item.duration)],
    ['QUANTITY', 0.11, plain((item) => item.quantity)],
    ['REFILLS', 0.07, plain((item) => String(item.refills))],
  ];
  let x = left + 6;
  return shares.map(([title, share, lines]) => {
    const column = { title, x, width: (right - left - 6) * share - 8, lines };
    x += (right - left - 6) * share;
    return column;
  });
}

function medicineLines(item: PrescriptionItem, width: number): TextLine[] {
  const what = [item.strength, item.form].filter((part) => part.trim() !== '').join(' ');
  return [
    ...wrap(item.genericName, { ...STRONG, size: 10 }, width),
    ...wrap(what, BODY, width),
    ...(item.substitutionAllowed
      ? wrap('Substitution allowed', SMALL, width)
      : wrap('Do not substitute', { ...SMALL, weight: 600, color: INK }, width)),
  ];
}

function allergyLines(allergies: readonly string[] | null, width: number): TextLine[] {
  if (allergies === null) return wrap('Not recorded', BODY, width);
  if (allergies.length === 0) return wrap('No known allergies', BODY, width);
  return wrap(allergies.join(', '), { ...STRONG, color: DANGER }, width);
}

/** As one filled path of rectangles, a row's neighbours joined, so that it is sharp at any size. */
function drawQrCode(doc: PDFKit.PDFDocument, url: string, x: number, y: number): void {
  const { data, size } = encode(url, { ecc: 'M', border: 0 });
  const side = QR_SIZE / size;
  for (const [row, modules] of data.entries()) {
    for (let from = 0; from < size; from++) {
      if (!modules[from]) continue;
      let to = from;
      while (modules[to]) to++;
      doc.rect(x + from * side, y + row * side, (to - from) * side, side);
      from = to;
    }
  }
  doc.fill('#000000');
}
