import { type Money, money, subtract } from '#kernel';
import type { InvoiceKind } from './invoice.entity.ts';
import { type Paper, usesLetter, type Words } from './paper.ts';

/** Who issues papers, by the settings. */
export interface Seller {
  readonly name: string;
  readonly address: readonly string[];
  readonly taxId: string | null;
  readonly timeZone: string;
}

/** Everything that stands on an invoice. Of a visit it tells the number, and never what it was about. */
export interface InvoiceContent {
  readonly kind: InvoiceKind;
  readonly number: string;
  readonly issuedAt: Temporal.Instant;
  readonly amount: Money;
  readonly tax: Money;
  readonly taxPercent: number;
  readonly seller: Seller;
  /** The patient who paid, or the practice. */
  readonly buyer: readonly string[];
  /** ISO 3166-1 alpha-2, of the practice. */
  readonly country: string;
  readonly about: AboutVisit | AboutCommission;
}

export interface AboutVisit {
  readonly appointmentId: string;
  readonly doctor: string;
  readonly practice: string;
  readonly practiceAddress: string | null;
  readonly paidAt: Temporal.Instant;
  /** The provider's name and its number for the payment. */
  readonly payment: string;
  /** The number of the paper that this one corrects. */
  readonly corrects: string | null;
}

export interface AboutCommission {
  readonly payoutId: string;
  readonly visits: number;
  readonly period: { readonly from: Temporal.Instant; readonly to: Temporal.Instant } | null;
}

export function invoicePaper(content: InvoiceContent, words: Words): Paper {
  const { kind, number, issuedAt, amount, tax, taxPercent, seller, buyer, about } = content;
  const text = (key: string, values?: Record<string, string | number>) =>
    words.text(`invoice.${key}`, values);
  const day = (instant: Temporal.Instant) => words.day(instant, seller.timeZone);
  const net = subtract(amount, tax);
  const isTaxed = taxPercent > 0;
  return {
    language: words.language,
    isLetter: usesLetter(content.country),
    title: text(`title.${kind}`),
    author: seller.name,
    issuedAt,
    facts: [
      [text('number'), number],
      [text('date'), day(issuedAt)],
      [text('seller'), sellerLines(seller, words)],
      [text('buyer'), buyer.join('\n')],
      ...('appointmentId' in about ? visitFacts(about, day, text) : commissionFacts(about, day, text)),
    ],
    header: ['', text('what'), text('net'), text('tax'), text('total')],
    rows: [['', subject(kind, about, text), ...[net, tax, amount].map((part) => words.amount(part))]],
    totals: [
      ...(isTaxed
        ? [
            [text('without_tax'), words.amount(net)] as const,
            [text('included_tax', { percent: taxPercent }), words.amount(tax)] as const,
          ]
        : []),
      [text('sum'), words.amount(money(amount.amount, amount.currency))],
    ],
    footer: (page, pages) => text('footer', { number, page, pages }),
  };
}

type Text = (key: string, values?: Record<string, string | number>) => string;
type Day = (instant: Temporal.Instant) => string;

function sellerLines({ name, address, taxId }: Seller, words: Words): string {
  return [name, ...address, ...(taxId === null ? [] : [words.text('invoice.tax_id', { id: taxId })])].join(
    '\n',
  );
}

function visitFacts(about: AboutVisit, day: Day, text: Text): [string, string][] {
  const { doctor, practice, practiceAddress, paidAt, payment, corrects } = about;
  return [
    [text('provided_by'), [doctor, practice, practiceAddress ?? ''].filter(Boolean).join('\n')],
    [text('paid_on'), day(paidAt)],
    [text('payment'), payment],
    ...(corrects === null ? [] : [[text('corrects'), corrects] as [string, string]]),
  ];
}

function commissionFacts({ payoutId, period }: AboutCommission, day: Day, text: Text): [string, string][] {
  // The end is exclusive, and people name the last day.
  const days = period && { from: day(period.from), to: day(period.to.subtract({ milliseconds: 1 })) };
  return [
    [text('payout'), payoutId],
    ...(days ? [[text('period'), text('days', days)] as [string, string]] : []),
  ];
}

function subject(kind: InvoiceKind, about: AboutVisit | AboutCommission, text: Text): string {
  if (!('appointmentId' in about)) return text('commission', { count: about.visits });
  // The end of its number tells visits apart: its beginning is the time.
  const values = { number: about.appointmentId.slice(-12) };
  if (kind === 'receipt') return text('visit', values);
  return text(kind === 'credit_note' ? 'refund' : 'refund_returned', values);
}
