import { z } from 'zod';
import type { FileLink } from '#files';
import { CURRENCIES, money } from '#kernel';
import type {
  Generated,
  GeneratedPayout,
  ItemizedPayout,
  Payout,
  PayoutLine,
  PayoutSums,
  PeriodRequest,
} from '#payments';
import { Instant, iso, isoOrNull, MoneyField, present, Text, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Status = z.enum(['draft', 'approved', 'processing', 'paid', 'failed', 'cancelled']);
const Kind = z.enum(['earnings', 'advance']);
const Note = Text(1000);

const Day = z.iso.date().transform((text) => Temporal.PlainDate.from(text));
const Bound = z
  .union([Day, Instant])
  .describe('A day in the doctor’s time zone, or an instant with an offset.');

export const CreatePayout = z
  .object({
    doctor_id: z.uuid(),
    amount: z
      .object({ amount: z.int().min(1), currency: z.enum(CURRENCIES) })
      .optional()
      .describe('Minor units; all that can be paid out when absent. A part of it is an advance.'),
    currency: z.enum(CURRENCIES).optional().describe('With no amount; the doctor’s own when absent.'),
    note: Note.nullable().optional(),
  })
  .transform(({ doctor_id, ...rest }) => ({ doctorId: doctor_id, ...present(rest) }));

export const GeneratePayouts = z
  .object({
    doctor_id: z.uuid(),
    month: z
      .string()
      .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'YYYY-MM')
      .transform((text) => Temporal.PlainYearMonth.from(text))
      .optional()
      .describe('YYYY-MM, in the doctor’s time zone.'),
    period: z
      .object({ from: Bound, to: Bound.describe('A day is meant to its end; an instant is exclusive.') })
      .optional()
      .describe('Instead of a month.'),
    preview: z.boolean().default(false).describe('Only say what would be paid.'),
  })
  .refine(({ month, period }) => (month === undefined) !== (period === undefined), {
    error: 'Name either a month or a period.',
    path: ['period'],
  })
  .transform(({ doctor_id, month, period, preview }) => ({
    doctorId: doctor_id,
    period: (period ?? { month }) as PeriodRequest,
    preview,
  }));

export const UpdatePayout = z
  .object({
    status: z
      .enum(['approved', 'cancelled'])
      .optional()
      .describe('`approved` also tries a payout again that failed.'),
    note: Note.nullable().optional(),
  })
  .transform(present);

const ORDERINGS = {
  created_at: 'createdAt',
  updated_at: 'updatedAt',
  amount: 'amount',
  paid_at: 'paidAt',
} as const;

const FILTERS = {
  status: Status.optional(),
  kind: Kind.optional(),
  period_from: Instant.optional().describe('The payout’s period begins then or later.'),
  period_to: Instant.optional().describe('The payout’s period ends then or sooner.'),
};

export const PAYOUT_FILTERS = { ...FILTERS, doctor_id: z.uuid().optional() };

export const ListOwnPayouts = listQuery(ORDERINGS, FILTERS);
export const ListPayouts = listQuery(ORDERINGS, PAYOUT_FILTERS);

const Period = z.object({ from: Timestamp, to: Timestamp }).describe('Half-open.');

const Line = z
  .object({
    kind: z
      .enum([
        'earning',
        'refund',
        'refund_returned',
        'carried_over',
        'carried_over_undone',
        'dispute',
        'dispute_returned',
        'advance',
        'advance_returned',
        'payout_returned',
      ])
      .describe('What is paid, or taken off.'),
    settles_receivable: z.boolean().describe('A refund of a visit that had been paid out before.'),
    transaction_id: z.uuid().nullable(),
    appointment_id: z.uuid().nullable(),
    occurred_at: Timestamp,
    gross: MoneyField,
    commission: MoneyField,
    net: MoneyField.describe('What the doctor gets; negative is taken off.'),
  })
  .meta({ id: 'PayoutLine' });

const Summary = z
  .object({
    visits: z.int(),
    gross: MoneyField.describe('What the patients paid for the visits.'),
    commission: MoneyField.describe('The platform’s part of it.'),
    refunds: MoneyField.describe('Taken off, so negative; net of commission.'),
    receivable_settled: MoneyField.describe('Taken off for refunds of visits paid out before; negative.'),
    other: MoneyField.describe('Advances, what came back of other payouts, and what they carried over.'),
    net: MoneyField.describe('gross − commission + refunds + receivable_settled + other'),
  })
  .meta({ id: 'PayoutSummary' });

export const DoctorPayoutAnswer = z
  .object({
    id: z.uuid(),
    doctor_id: z.uuid(),
    kind: Kind,
    amount: MoneyField,
    carried_over: MoneyField.describe(
      'What is left of `net`, since the provider sends this currency in steps; the next payout pays it.',
    ),
    returned: MoneyField.describe('What the provider took back after it was paid.'),
    period: Period.nullable(),
    status: Status,
    provider: z.string(),
    provider_reference: z.string().nullable(),
    paid_at: Timestamp.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'DoctorPayout' });

export const PayoutAnswer = DoctorPayoutAnswer.extend({
  failure_code: z.string().nullable().describe('The provider’s code for why it refused.'),
  note: z.string().nullable().describe('For administrators only.'),
  created_by: z.uuid(),
  approved_by: z.uuid().nullable(),
  approved_at: Timestamp.nullable(),
}).meta({ id: 'Payout' });

const items = { summary: Summary, lines: z.array(Line).describe('Oldest first; none of an advance.') };
export const ItemizedPayoutAnswer = PayoutAnswer.extend(items).meta({ id: 'ItemizedPayout' });
export const ItemizedDoctorPayoutAnswer = DoctorPayoutAnswer.extend(items).meta({
  id: 'ItemizedDoctorPayout',
});

export const GeneratedAnswer = z
  .object({
    doctor_id: z.uuid(),
    period: Period,
    payouts: z
      .array(
        z.object({
          currency: z.enum(CURRENCIES),
          outcome: z.enum(['created', 'existing', 'preview', 'nothing_to_pay']),
          reason: z
            .enum(['no_earnings', 'deductions_exceed_earnings', 'less_than_transferable'])
            .nullable()
            .describe('Why there is nothing to pay.'),
          payout: PayoutAnswer.nullable(),
          ...items,
        }),
      )
      .describe('One for each currency.'),
  })
  .meta({ id: 'GeneratedPayouts' });

export const StatementAnswer = z
  .object({
    download_url: z.url().describe('Works without logging in, for `expires_in` seconds.'),
    expires_in: z.int(),
  })
  .meta({ id: 'PayoutStatement' });

export function toStatement({ url, expiresIn }: FileLink): z.infer<typeof StatementAnswer> {
  return { download_url: url, expires_in: expiresIn };
}

const LINE_KINDS = {
  earning_released: 'earning',
  refund_given: 'refund',
  refund_returned: 'refund_returned',
  dispute_withdrawn: 'dispute',
  dispute_reinstated: 'dispute_returned',
  advance_reserved: 'advance',
  advance_released: 'advance_returned',
  payout_returned: 'payout_returned',
  rest_carried: 'carried_over',
  rest_released: 'carried_over_undone',
} as const;

const toLine = (line: PayoutLine): z.infer<typeof Line> => ({
  kind: LINE_KINDS[line.kind],
  settles_receivable: line.onReceivable,
  transaction_id: line.paymentId,
  appointment_id: line.appointmentId,
  occurred_at: iso(line.occurredAt),
  gross: line.gross,
  commission: line.commission,
  net: line.net,
});

const toItems = ({ sums, lines }: { sums: PayoutSums; lines: readonly PayoutLine[] }) => {
  const { receivableSettled, ...rest } = sums;
  return { summary: { ...rest, receivable_settled: receivableSettled }, lines: lines.map(toLine) };
};

const toPeriod = ({ from, to }: NonNullable<Payout['period']>) => ({ from: iso(from), to: iso(to) });

export function toDoctorPayout(payout: Payout): z.infer<typeof DoctorPayoutAnswer> {
  return {
    id: payout.id,
    doctor_id: payout.practitionerId,
    kind: payout.kind,
    amount: payout.amount,
    carried_over: payout.carried,
    returned: payout.returned,
    period: payout.period && toPeriod(payout.period),
    status: payout.status,
    provider: payout.provider,
    provider_reference: payout.providerReference,
    paid_at: isoOrNull(payout.paidAt),
    created_at: iso(payout.createdAt),
    updated_at: iso(payout.updatedAt),
  };
}

export function toPayout(payout: Payout): z.infer<typeof PayoutAnswer> {
  return {
    ...toDoctorPayout(payout),
    failure_code: payout.failureCode,
    note: payout.note,
    created_by: payout.createdBy,
    approved_by: payout.approvedBy,
    approved_at: isoOrNull(payout.approvedAt),
  };
}

export function toItemizedPayout(itemized: ItemizedPayout): z.infer<typeof ItemizedPayoutAnswer> {
  return { ...toPayout(itemized.payout), ...toItems(itemized) };
}

export function toItemizedDoctorPayout(itemized: ItemizedPayout): z.infer<typeof ItemizedDoctorPayoutAnswer> {
  return { ...toDoctorPayout(itemized.payout), ...toItems(itemized) };
}

export function toGenerated({ practitionerId, period, payouts }: Generated): z.infer<typeof GeneratedAnswer> {
  return {
    doctor_id: practitionerId,
    period: toPeriod(period),
    payouts: payouts.map((generated: GeneratedPayout) => ({
      currency: money(0, generated.currency).currency,
      outcome: generated.outcome,
      reason: generated.reason,
      payout: generated.payout && toPayout(generated.payout),
      ...toItems(generated),
    })),
  };
}
