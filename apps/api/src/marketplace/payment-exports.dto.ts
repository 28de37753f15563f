import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { csvOf, type Sheet, xlsxOf } from '#platform';
import { exportQuery, narrowest } from '../http/list-query.ts';
import { ACCOUNT_FILTERS, POSTING_TIMES } from './ledger.dto.ts';
import { TRANSACTION_FILTERS } from './payments.dto.ts';
import { PAYOUT_FILTERS } from './payouts.dto.ts';
import { REFUND_FILTERS } from './refunds.dto.ts';

const TYPES = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

export const SPREADSHEETS = Object.values(TYPES);

export type Format = keyof typeof TYPES;

/** Files of postings are narrowed by account and time: nothing is searched in them. */
const DATES = ['created', 'updated'] as const;

export const ExportTransactions = exportQuery(TRANSACTION_FILTERS).transform(
  ({ format, filter: { appointment_id, doctor_id, ...filter } }) => ({
    format,
    filter: { ...filter, appointmentId: appointment_id, practitionerId: doctor_id },
  }),
);

export const ExportRefunds = exportQuery(REFUND_FILTERS).transform(
  ({ format, filter: { transaction_id, ...filter } }) => ({
    format,
    filter: { ...filter, paymentId: transaction_id },
  }),
);

export const ExportPayouts = exportQuery(PAYOUT_FILTERS).transform(
  ({ format, filter: { doctor_id, period_from, period_to, ...filter } }) => ({
    format,
    filter: { ...filter, practitionerId: doctor_id, period: { from: period_from, to: period_to } },
  }),
);

export const ExportPostings = exportQuery({ ...ACCOUNT_FILTERS, ...POSTING_TIMES }, DATES).transform(
  ({ format, filter }) => {
    const { doctor_id, occurred_after, occurred_before, created, updated, kind, currency, provider } = filter;
    const occurred = narrowest([{ from: occurred_after, to: occurred_before }, created, updated]);
    return { format, filter: { kind, currency, provider, practitionerId: doctor_id, occurred } };
  },
);

export const ExportEarnings = exportQuery(
  {
    doctor_id: z.uuid().optional().describe('Required for an administrator.'),
    ...POSTING_TIMES,
  },
  DATES,
).transform(({ format, filter: { doctor_id, occurred_after, occurred_before, created, updated } }) => ({
  format,
  doctorId: doctor_id,
  occurred: narrowest([{ from: occurred_after, to: occurred_before }, created, updated]),
}));

/** The sheet as a file that is written while it is sent. */
export function asFile(
  sheet: Sheet,
  name: string,
  format: Format,
  request: FastifyRequest,
  reply: FastifyReply,
): Readable | undefined {
  reply.headers({
    'content-type': format === 'csv' ? `${TYPES.csv}; charset=utf-8` : TYPES.xlsx,
    'content-disposition': `attachment; filename="${name}.${format}"`,
    'cache-control': 'no-store',
  });
  // Fastify answers HEAD with the handler of GET, and nobody would read the file.
  if (request.method === 'HEAD') return undefined;
  return Readable.from(format === 'csv' ? csvOf(sheet) : xlsxOf(sheet, name), { objectMode: false });
}
