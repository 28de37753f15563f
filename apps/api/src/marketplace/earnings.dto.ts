import { z } from 'zod';
import type { Earnings } from '#payments';
import { MoneyField } from '../http/fields.ts';

export const AskEarnings = z.object({
  doctor_id: z.uuid().optional().describe('Required for an administrator.'),
});

export const EarningsAnswer = z
  .object({
    doctor_id: z.uuid(),
    currencies: z.array(
      z.object({
        currency: z.string(),
        pending: MoneyField.describe('Paid for visits that are not over.'),
        available: MoneyField.describe('Of visits that are over, and not paid out.'),
        reserved: MoneyField.describe('Kept back for payouts that are approved and not made yet.'),
        paid: MoneyField.describe('Paid out.'),
        receivable: MoneyField.describe(
          'Owed after refunds of what was paid out or advanced; the next payout settles it.',
        ),
        total: MoneyField.describe('pending + available + reserved + paid − receivable'),
        commission: MoneyField.describe('What the platform has kept.'),
      }),
    ),
    months: z
      .array(
        z.object({
          month: z.string().describe('YYYY-MM in the doctor’s time zone.'),
          gross: MoneyField.describe('What patients paid, less refunds.'),
          commission: MoneyField,
          amount: MoneyField.describe('The doctor’s part.'),
          paid: MoneyField.describe('Paid out in this month, for visits of any month.'),
          payments: z.int(),
        }),
      )
      .describe('Newest first.'),
    time_zone: z.string(),
  })
  .describe('Net of commission and refunds.')
  .meta({ id: 'Earnings' });

export function toEarnings({
  practitionerId,
  currencies,
  months,
  timeZone,
}: Earnings): z.infer<typeof EarningsAnswer> {
  return {
    doctor_id: practitionerId,
    currencies: currencies.map((sums) => ({ currency: sums.total.currency, ...sums })),
    months: [...months],
    time_zone: timeZone,
  };
}
