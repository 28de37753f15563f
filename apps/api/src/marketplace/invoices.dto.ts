import { z } from 'zod';
import type { FileLink } from '#files';
import type { Invoice } from '#payments';
import { iso, MoneyField, Timestamp } from '../http/fields.ts';
import { listQuery, narrowest } from '../http/list-query.ts';

const Kind = z
  .enum(['receipt', 'credit_note', 'credit_note_reversal', 'commission_invoice'])
  .describe(
    'Of a payment; of a refund; of a refund that the bank sent back; of what the platform kept of a payout’s visits.',
  );

export const ListInvoices = listQuery(
  { issued_at: 'issuedAt', created_at: 'issuedAt', amount: 'amount' },
  {
    kind: Kind.optional(),
    transaction_id: z.uuid().optional(),
    payout_id: z.uuid().optional(),
    doctor_id: z.uuid().optional(),
    year: z.coerce.number().int().min(2000).max(9999).optional().describe('Of the number.'),
  },
).transform(({ page, created, updated, transaction_id, payout_id, doctor_id, ...rest }) => ({
  page,
  filter: {
    ...rest,
    paymentId: transaction_id,
    payoutId: payout_id,
    practitionerId: doctor_id,
    // It never changes, so both mean when it was issued.
    issued: narrowest([created, updated]),
  },
}));

export const InvoiceAnswer = z
  .object({
    id: z.uuid(),
    kind: Kind,
    number: z.string().describe('Without gaps, by kind and year: REC-2026-000001.'),
    transaction_id: z.uuid().nullable(),
    payout_id: z.uuid().nullable(),
    doctor_id: z.uuid(),
    corrects_id: z.uuid().nullable().describe('The paper that this one corrects.'),
    amount: MoneyField.describe('What goes back is negative.'),
    tax: MoneyField.describe('The part of the amount that is tax.'),
    tax_percent: z.number(),
    language: z.string(),
    issued_at: Timestamp,
  })
  .meta({ id: 'Invoice' });

export const PaperAnswer = z
  .object({
    download_url: z.url().describe('Works without logging in, for `expires_in` seconds.'),
    expires_in: z.int(),
  })
  .meta({ id: 'InvoiceLink' });

export function toInvoice(invoice: Invoice): z.infer<typeof InvoiceAnswer> {
  return {
    id: invoice.id,
    kind: invoice.kind,
    number: invoice.number,
    transaction_id: invoice.paymentId,
    payout_id: invoice.payoutId,
    doctor_id: invoice.practitionerId,
    corrects_id: invoice.correctsId,
    amount: invoice.amount,
    tax: invoice.tax,
    tax_percent: invoice.taxPercent,
    language: invoice.language,
    issued_at: iso(invoice.issuedAt),
  };
}

export function toPaper({ url, expiresIn }: FileLink): z.infer<typeof PaperAnswer> {
  return { download_url: url, expires_in: expiresIn };
}
