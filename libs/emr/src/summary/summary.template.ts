import { openPdf } from '../pdf/pdf-file.ts';
import { type Band, bandsOf, Flow, gap, painted, together } from '../pdf/pdf-flow.ts';
import {
  ACCENT,
  BODY,
  DANGER,
  drawFooters,
  INK,
  openSheet,
  PANEL,
  rule,
  type Sheet,
  SMALL,
  STRONG,
} from '../pdf/pdf-sheet.ts';
import { clamp, drawLines, heightOf, wrap } from '../pdf/pdf-text.ts';
import { longDate } from '../pdf/pdf-words.ts';
import type { SummaryDocument, SummaryEntry, SummarySection } from './summary-document.ts';

const TOP = 34;
/** How much of the width the lead of an entry takes. */
const LEAD = 0.3;

/** Renders a chart at a glance as a PDF. The same input gives the same bytes. */
export async function renderSummary(input: SummaryDocument): Promise<Buffer> {
  const title = `Medical summary of ${input.patient.name}`;
  const { changedAt } = input;
  const { doc, written } = openPdf({ letter: false, title, author: 'Televisit', changedAt });
  const sheet = openSheet(doc, false);
  const flow = new Flow(sheet.bottom, () => beginPage(sheet, input));
  for (const section of input.sections) {
    for (const bands of sectionBlock(sheet, section)) flow.place(bands);
  }
  drawFooters(sheet, title);
  doc.end();
  return written;
}

/** Whose summary it is stands on every page, since sheets get separated. Returns where content begins. */
function beginPage(sheet: Sheet, { patient, changedAt }: SummaryDocument): number {
  const { doc, left, right, width } = sheet;
  doc.addPage();
  doc.rect(0, 0, width, 6).fill(ACCENT);
  const column = (right - left) * 0.6;
  const born = patient.dateOfBirth ? `Born ${longDate(patient.dateOfBirth)}` : 'Date of birth not recorded';
  const own = [
    ...clamp(wrap(patient.name, { size: 15, weight: 600, color: INK }, column), 2),
    ...wrap([born, patient.sex].filter((part) => part !== null).join('  ·  '), SMALL, column),
  ];
  const day = longDate(changedAt.toZonedDateTimeISO('UTC').toPlainDate());
  const what = [
    ...wrap('Medical summary', { size: 11.5, weight: 600, color: ACCENT }, column),
    ...wrap(`As of ${day} (UTC)`, SMALL, column),
  ];
  drawLines(doc, own, left, TOP);
  drawLines(doc, what, left, TOP + 3, right);
  const y = TOP + Math.max(heightOf(own), heightOf(what) + 3) + 8;
  rule(sheet, y);
  return y + 12;
}

/** The groups of bands that stay together where a page allows it: an entry each, the first with the heading. */
function sectionBlock(sheet: Sheet, { title, entries, empty }: SummarySection): Band[][] {
  const { doc, left, right } = sheet;
  const text = bandsOf(doc, [
    { x: left + 8, lines: wrap(title, { ...STRONG, color: ACCENT }, right - left - 16) },
  ]);
  const heading = [
    painted(together([gap(3), ...text, gap(3)]), (y, height) =>
      doc.rect(left, y, right - left, height).fill(PANEL),
    ),
    gap(4),
  ];
  const blocks =
    entries.length > 0
      ? entries.map((entry) => entryBlock(sheet, entry))
      : [bandsOf(doc, [{ x: left + 8, lines: wrap(empty, SMALL, right - left - 16) }])];
  return blocks.map(([first, ...rest], index) => {
    const start = first ? [first] : [];
    const end = index === blocks.length - 1 ? [gap(12)] : [gap(5)];
    return index === 0 ? [together([...heading, ...start]), ...rest, ...end] : [...start, ...rest, ...end];
  });
}

function entryBlock({ doc, left, right }: Sheet, { lead, text, alarming }: SummaryEntry): Band[] {
  const inner = left + 8;
  const width = right - inner - 8;
  const color = alarming ? DANGER : INK;
  return bandsOf(doc, [
    { x: inner, lines: wrap(lead, { ...STRONG, color }, width * LEAD - 10) },
    { x: inner + width * LEAD, lines: wrap(text, BODY, width * (1 - LEAD)) },
  ]);
}
