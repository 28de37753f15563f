import { ACCENT, BODY, DANGER, INK, rule, type Sheet, SMALL, STRONG } from '../pdf/pdf-sheet.ts';
import { clamp, drawLine, drawLines, heightOf, type TextStyle, wrap } from '../pdf/pdf-text.ts';
import { countryName, longDate, longTime } from '../pdf/pdf-words.ts';
import type { PrescriptionDocument } from './prescription-document.ts';

const DANGER_PANEL = '#fdeceb';
const HEADER_TOP = 34;

/** Adds a page with its header and, on a copy that no longer stands, the banner. Returns where content begins. */
export function beginPage(sheet: Sheet, input: PrescriptionDocument): number {
  const { doc } = sheet;
  doc.addPage();
  const first = doc.bufferedPageRange().count === 1;
  drawWatermark(sheet, input);
  doc.rect(0, 0, sheet.width, 6).fill(ACCENT);
  const y = first ? drawLetterhead(sheet, input) : drawRunningHead(sheet, input);
  return drawBanner(sheet, input, y);
}

/** The practice on the left, the doctor on the right; below, the sign of a prescription with its number and date. */
function drawLetterhead(sheet: Sheet, { practice, doctor, number, signedAt }: PrescriptionDocument): number {
  const { doc, left, right } = sheet;
  const column = (right - left) * 0.48;
  const text = (value: string, style: TextStyle, lines: number) => clamp(wrap(value, style, column), lines);

  const contact = [practice.phone, practice.email].filter((part) => part !== null).join('  ·  ');
  const practiceLines = [
    ...text(practice.name, { size: 16, weight: 600, color: ACCENT }, 3),
    ...text([...practice.address, countryName(practice.country)].join('\n'), SMALL, 7),
    ...text(contact, SMALL, 3),
  ];
  const doctorLines = [
    ...text(doctor.name, { size: 11.5, weight: 600, color: INK }, 3),
    ...text(doctor.qualifications ?? '', SMALL, 4),
    ...text(`Licence ${doctor.licenceNumber}, ${countryName(doctor.licenceCountry)}`, SMALL, 3),
  ];
  drawLines(doc, practiceLines, left, HEADER_TOP);
  // The first lines differ in size; this lets them stand on one baseline.
  drawLines(doc, doctorLines, left, HEADER_TOP + 4.6, right);

  let y = HEADER_TOP + Math.max(heightOf(practiceLines), heightOf(doctorLines) + 4.6) + 12;
  doc.moveTo(left, y).lineTo(right, y).lineWidth(1.2).strokeColor(ACCENT).stroke();
  y += 14;

  drawPrescriptionSign(doc, left + 1, y);
  drawLines(doc, wrap('Prescription', { size: 15, weight: 600, color: INK }, 200), left + 34, y + 3);
  const details = [
    ...clamp(wrap(`No. ${number}`, STRONG, column), 2),
    ...wrap(longDate(signedAt.toPlainDate()), BODY, column),
  ];
  drawLines(doc, details, left, y + 1, right);
  return y + Math.max(28, heightOf(details)) + 10;
}

/** On later pages: whose prescription this is, since sheets get separated. */
function drawRunningHead(sheet: Sheet, { practice, number, patient }: PrescriptionDocument): number {
  const { doc, left, right } = sheet;
  const column = (right - left) / 2 - 8;
  const born = patient.dateOfBirth ? `born ${longDate(patient.dateOfBirth)}` : 'date of birth not recorded';
  const own = [...clamp(wrap(patient.name, STRONG, column), 2), ...wrap(born, SMALL, column)];
  const issuer = [
    ...clamp(wrap(`Prescription ${number}, continued`, STRONG, column), 2),
    ...clamp(wrap(practice.name, SMALL, column), 1),
  ];
  drawLines(doc, own, left, 22);
  drawLines(doc, issuer, left, 22, right);
  const y = 22 + Math.max(heightOf(own), heightOf(issuer)) + 8;
  rule(sheet, y);
  return y + 12;
}

function drawBanner(sheet: Sheet, { standing }: PrescriptionDocument, y: number): number {
  if (standing.kind === 'valid') return y;
  const { doc, left, right } = sheet;
  const title =
    standing.kind === 'cancelled'
      ? 'CANCELLED – do not dispense'
      : 'SUPERSEDED – do not dispense from this copy';
  const reason = standing.kind === 'cancelled' && standing.reason ? ` Reason: ${standing.reason}` : '';
  const what = standing.kind === 'cancelled' ? 'Cancelled' : `Replaced by prescription ${standing.by}`;
  const width = right - left - 28;
  const lines = [
    ...wrap(title, { size: 11.5, weight: 600, color: DANGER }, width),
    ...clamp(wrap(`${what} on ${longTime(standing.at)}.${reason}`, BODY, width), 4),
  ];
  const height = heightOf(lines) + 14;
  doc.rect(left, y, right - left, height).fill(DANGER_PANEL);
  doc.rect(left, y, 4, height).fill(DANGER);
  drawLines(doc, lines, left + 16, y + 7);
  return y + height + 12;
}

/** So that no part of a cancelled copy can pass for a valid one. */
function drawWatermark({ doc, width, height }: Sheet, { standing }: PrescriptionDocument): void {
  if (standing.kind === 'valid') return;
  const style: TextStyle = { size: 84, weight: 600, color: DANGER };
  const [line] = wrap(standing.kind.toUpperCase(), style, width * 2);
  if (!line) return;
  doc
    .save()
    .rotate(-52, { origin: [width / 2, height / 2] })
    .fillOpacity(0.1);
  drawLine(doc, line, (width - line.width) / 2, (height - line.height) / 2);
  doc.restore();
}

/** The sign ℞, drawn, because the fonts do not have it: a capital R whose leg is crossed. */
function drawPrescriptionSign(doc: PDFKit.PDFDocument, x: number, y: number): void {
  doc
    .save()
    .translate(x, y)
    .lineWidth(2.6)
    .lineJoin('miter')
    .strokeColor(ACCENT)
    .moveTo(2, 20)
    .lineTo(2, 1.4)
    .lineTo(8.2, 1.4)
    .bezierCurveTo(15.6, 1.4, 15.6, 11.4, 8.2, 11.4)
    .lineTo(2, 11.4)
    .moveTo(7.4, 11.4)
    .lineTo(22, 27.4)
    .moveTo(22.4, 14.6)
    .lineTo(10.6, 27.4)
    .stroke()
    .restore();
}
