import PDFDocument from 'pdfkit';
import { loadPdf } from '#emr';
import { type Money, toDecimal } from '#kernel';
import type { LineFact, PayoutLine } from './payout-line.entity.ts';
import type { PayoutStatement } from './payout-statement.ts';

const { bandsOf, drawLine, Flow, gap, printable, wrap } = await loadPdf();

type Look = Parameters<typeof wrap>[1];
type Strip = ReturnType<typeof bandsOf>;

// Sizes are in points.
const MARGIN = 42;
const FOOTER = 52;
const BODY: Look = { size: 9, weight: 400, color: '#17212b' };
const STRONG: Look = { ...BODY, weight: 600 };
const TITLE: Look = { ...STRONG, size: 16 };
const SMALL: Look = { ...BODY, size: 8, color: '#586573' };

const WHAT: Readonly<Record<LineFact, string>> = {
  earning_released: 'Visit',
  refund_given: 'Refund',
  refund_returned: 'Refund sent back by the bank',
  dispute_withdrawn: 'Disputed by the patient’s bank',
  dispute_reinstated: 'Dispute won',
  advance_reserved: 'Advance paid before',
  advance_released: 'Advance that was not paid',
  payout_returned: 'Returned to us of an earlier payout',
};

/** Renders the statement as a PDF with embedded fonts. The same input gives the same bytes. */
export async function renderStatement(statement: PayoutStatement): Promise<Uint8Array> {
  const { payout, doctor } = statement;
  const isLetter = statement.practice.country === 'US' || statement.practice.country === 'CA';
  const doc = new PDFDocument({
    size: isLetter ? 'LETTER' : 'A4',
    margin: 0,
    // No default font: it would be one of PDF's fourteen, which are not embedded.
    font: '',
    autoFirstPage: false,
    bufferPages: true,
    pdfVersion: '1.7',
    lang: 'en',
    displayTitle: true,
    info: {
      Title: printable(`Payout statement ${payout.id}`),
      Author: 'Televisit',
      Creator: 'Televisit',
      CreationDate: new Date((payout.paidAt ?? payout.createdAt).epochMilliseconds),
    },
  });
  const [width, height] = isLetter ? [612, 792] : [595.28, 841.89];
  const table = new Table(doc, width);
  const flow = new Flow(height - FOOTER, () => {
    doc.addPage();
    return MARGIN;
  });
  flow.place(heading(table, statement));
  const header = table.row(['Date', 'What for', 'Paid', 'Commission', 'Yours'], STRONG);
  flow.place(header);
  for (const line of statement.lines) flow.place(table.line(line, doctor.timeZone), header[0]);
  flow.place([gap(8), ...totals(table, statement)]);
  numberPages(doc, { width, height }, payout.id);
  doc.end();
  return Buffer.concat(await Array.fromAsync(doc as AsyncIterable<Uint8Array>));
}

/** Five columns: two of text, three of amounts that end at their right edge. */
class Table {
  readonly #rightEdges: readonly number[];
  readonly #left = [MARGIN, MARGIN + 70] as const;

  constructor(
    private readonly doc: PDFKit.PDFDocument,
    width: number,
  ) {
    const right = width - MARGIN;
    this.#rightEdges = [right - 150, right - 75, right];
  }

  row([day, what, ...amounts]: readonly [string, string, ...string[]], look: Look): Strip {
    const columns = [
      { x: this.#left[0], lines: wrap(day, look, 66) },
      { x: this.#left[1], lines: wrap(what, look, 200) },
      ...amounts.map((amount, i) => {
        const lines = wrap(amount, look, 90);
        return { x: (this.#rightEdges[i] ?? 0) - (lines[0]?.width ?? 0), lines };
      }),
    ];
    return bandsOf(this.doc, columns);
  }

  line({ kind, appointmentId, occurredAt, gross, commission, net }: PayoutLine, timeZone: string): Strip {
    const day = occurredAt.toZonedDateTimeISO(timeZone).toPlainDate().toString();
    // A visit is named by the end of its number, which tells visits apart: its beginning is the time.
    const what = appointmentId === null ? WHAT[kind] : `${WHAT[kind]} ${appointmentId.slice(-12)}`;
    const divided = appointmentId === null ? ['', ''] : [toDecimal(gross), toDecimal(commission)];
    return this.row([day, what, ...divided, toDecimal(net)], BODY);
  }
}

function heading(table: Table, { payout, doctor, practice }: PayoutStatement): Strip {
  const text = (lines: string, look: Look) => table.row(['', lines], look);
  const day = (instant: Temporal.Instant) =>
    instant.toZonedDateTimeISO(doctor.timeZone).toPlainDate().toString();
  const { period, paidAt, providerReference } = payout;
  const facts: [string, string][] = [
    ['Paid to', [doctor.name, practice.name, practice.address ?? ''].filter(Boolean).join('\n')],
    // The end is exclusive, and people name the last day.
    [
      'For',
      period ? `${day(period.from)} to ${day(period.to.subtract({ milliseconds: 1 }))}` : 'All that was open',
    ],
    ['Paid on', paidAt ? day(paidAt) : ''],
    ['Reference', `${payout.id}\n${payout.provider} ${providerReference ?? ''}`],
    ['Amount', inWords(payout.amount)],
  ];
  return [
    ...text('Payout statement', TITLE),
    gap(10),
    ...facts.flatMap(([name, value]) => [...table.row([name, value], BODY), gap(3)]),
    gap(12),
  ];
}

function totals(table: Table, { payout, sums }: PayoutStatement): Strip {
  const rows: [string, Money][] = [
    [`Visits (${sums.visits}), paid by patients`, sums.gross],
    ['Commission', { ...sums.commission, amount: -sums.commission.amount }],
    ['Refunds', sums.refunds],
    ['Refunds of visits that were paid out before', sums.receivableSettled],
    ['Advances and returns', sums.other],
  ];
  const shown = rows.filter(([, { amount }], i) => i < 2 || amount !== 0);
  return [
    ...(payout.kind === 'earnings' ? shown : []).flatMap(([what, amount]) =>
      table.row(['', what, '', '', toDecimal(amount)], BODY),
    ),
    ...table.row(['', 'Paid out', '', '', inWords(payout.amount)], STRONG),
  ];
}

function numberPages(
  doc: PDFKit.PDFDocument,
  { width, height }: { width: number; height: number },
  payoutId: string,
): void {
  const { count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page++) {
    doc.switchToPage(page);
    const [line] = wrap(`Payout ${payoutId} · page ${page + 1} of ${count}`, SMALL, width - 2 * MARGIN);
    if (line) drawLine(doc, line, MARGIN, height - 34);
  }
}

function inWords(amount: Money): string {
  return `${toDecimal(amount)} ${amount.currency}`;
}
