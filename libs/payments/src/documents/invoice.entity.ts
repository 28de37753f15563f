import { type Selectable, sql } from 'kysely';
import { type Money, money } from '#kernel';
import type { Tables } from '#platform';

type Row = Selectable<Tables['invoices']>;

/**
 * `receipt`: of a payment; `credit_note`: of a refund; `credit_note_reversal`: of a refund that the bank sent back;
 * `commission_invoice`: of what the platform kept of the visits of a payout.
 */
export type InvoiceKind = Row['kind'];

/** A paper that an accountant keeps. It is issued once and never changes; a mistake is corrected by another one. */
export interface Invoice
  extends Omit<Row, 'amount' | 'taxAmount' | 'taxBasisPoints' | 'currency' | 'practitionerId' | 'number'> {
  readonly practitionerId: string;
  /** As it stands on the paper: `REC-2026-000001`. */
  readonly number: string;
  /** What goes back is negative. */
  readonly amount: Money;
  /** The part of the amount that is tax. */
  readonly tax: Money;
  /** With up to two decimals. */
  readonly taxPercent: number;
}

const SERIES: Readonly<Record<InvoiceKind, string>> = {
  receipt: 'REC',
  credit_note: 'CRN',
  credit_note_reversal: 'CRR',
  commission_invoice: 'COM',
};

const DIGITS = 6;

/** The number of a row, as it stands on the paper. */
export const PRINTED_NUMBER = sql<string>`(${JSON.stringify(SERIES)}::jsonb ->> kind::text)
  || '-' || year || '-' || lpad(number::text, greatest(${sql.lit(DIGITS)}, length(number::text)), '0')`;

export function asInvoice({ amount, taxAmount, taxBasisPoints, currency, number, ...row }: Row): Invoice {
  return {
    ...row,
    number: `${SERIES[row.kind]}-${row.year}-${String(number).padStart(DIGITS, '0')}`,
    amount: money(amount, currency),
    tax: money(taxAmount, currency),
    taxPercent: taxBasisPoints / 100,
  };
}
