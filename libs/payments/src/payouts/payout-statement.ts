import type { Money } from '#kernel';
import { type Paper, type PaperRow, usesLetter, type Words } from '../documents/paper.ts';
import type { Payout } from './payout.entity.ts';
import type { PayoutLine, PayoutSums } from './payout-line.entity.ts';

/** What stands on the statement of a payout. It names visits by their day and number, never the patient. */
export interface PayoutStatement {
  readonly payout: Payout;
  readonly sums: PayoutSums;
  readonly lines: readonly PayoutLine[];
  readonly doctor: { readonly name: string; readonly timeZone: string };
  readonly practice: { readonly name: string; readonly country: string; readonly address: string | null };
}

/** The statement in the doctor's language. */
export function statementPaper(statement: PayoutStatement, words: Words): Paper {
  const { payout, doctor, practice, lines } = statement;
  const { period, paidAt, providerReference } = payout;
  const day = (instant: Temporal.Instant) => words.day(instant, doctor.timeZone);
  const text = (key: string, values?: Record<string, string | number>) =>
    words.text(`statement.${key}`, values);
  return {
    language: words.language,
    isLetter: usesLetter(practice.country),
    title: text('title'),
    author: 'Televisit',
    issuedAt: paidAt ?? payout.createdAt,
    facts: [
      [text('paid_to'), [doctor.name, practice.name, practice.address ?? ''].filter(Boolean).join('\n')],
      [
        text('period'),
        // The end is exclusive, and people name the last day.
        period
          ? text('days', { from: day(period.from), to: day(period.to.subtract({ milliseconds: 1 })) })
          : text('all_open'),
      ],
      [text('paid_on'), paidAt ? day(paidAt) : ''],
      [text('reference'), `${payout.id}\n${payout.provider} ${providerReference ?? ''}`],
      [text('amount'), words.amount(payout.amount)],
    ],
    header: [text('date'), text('what'), text('paid'), text('commission'), text('yours')],
    rows: lines.map((line) => row(line, doctor.timeZone, words)),
    totals: totals(statement, words),
    footer: (page, pages) => text('footer', { payout: payout.id, page, pages }),
  };
}

function row(line: PayoutLine, timeZone: string, words: Words): PaperRow {
  const { kind, appointmentId, occurredAt, gross, commission, net } = line;
  const what = words.text(`statement.line.${kind}`);
  const divided = appointmentId === null ? ['', ''] : [words.amount(gross), words.amount(commission)];
  return [
    words.day(occurredAt, timeZone),
    // A visit is named by the end of its number, which tells visits apart: its beginning is the time.
    appointmentId === null ? what : `${what} ${appointmentId.slice(-12)}`,
    ...divided,
    words.amount(net),
  ];
}

function totals({ payout, sums }: PayoutStatement, words: Words): Paper['totals'] {
  const negative = (amount: Money): Money => ({ ...amount, amount: -amount.amount });
  const sum = (key: string, amount: Money, values?: Record<string, number>) =>
    ({ name: words.text(`statement.sum.${key}`, values), amount }) as const;
  const all = [
    sum('gross', sums.gross, { count: sums.visits }),
    sum('commission', negative(sums.commission)),
    sum('refunds', sums.refunds),
    sum('receivable_settled', sums.receivableSettled),
    sum('other', sums.other),
    sum('carried', negative(payout.carried)),
  ];
  // The first two always stand there, the others when there is something to say.
  const shown = all.filter(({ amount }, i) => i < 2 || amount.amount !== 0);
  return [...(payout.kind === 'earnings' ? shown : []), sum('paid_out', payout.amount)].map(
    ({ name, amount }) => [name, words.amount(amount)] as const,
  );
}
