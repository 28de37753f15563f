import { z } from 'zod';
import { CURRENCIES } from '#kernel';
import type { Refund } from '#payments';
import { iso, MoneyField, RequiredText, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Status = z.enum(['pending', 'succeeded', 'failed']);
const Cause = z.enum([
  'requested',
  'appointment_cancelled',
  'doctor_absent',
  'slot_lost',
  'paid_twice',
  'made_at_provider',
]);
const Reason = RequiredText(500);

export const RefundPart = z.object({
  amount: z
    .object({ amount: z.int().min(1), currency: z.enum(CURRENCIES) })
    .optional()
    .describe('Minor units; everything that is left when absent.'),
  reason: Reason,
});

export const CreateRefund = RefundPart.extend({ transaction_id: z.uuid() }).transform(
  ({ transaction_id, ...part }) => ({ paymentId: transaction_id, ...part }),
);

export const UpdateRefund = z.object({ reason: Reason });

export const REFUND_FILTERS = {
  status: Status.optional(),
  cause: Cause.optional(),
  transaction_id: z.uuid().optional(),
};

export const ListRefunds = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt', amount: 'amount' },
  REFUND_FILTERS,
);

export const RefundAnswer = z
  .object({
    id: z.uuid(),
    transaction_id: z.uuid(),
    amount: MoneyField,
    status: Status,
    cause: Cause,
    reason: z.string(),
    requested_by: z.uuid().nullable().describe('The administrator; `null` when it happened by itself.'),
    provider_reference: z.string().nullable(),
    failure_code: z.string().nullable(),
    retry_of: z.uuid().nullable().describe('The failed refund that this one tries again.'),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Refund' });

export function toRefund(refund: Refund): z.infer<typeof RefundAnswer> {
  return {
    id: refund.id,
    transaction_id: refund.paymentId,
    amount: refund.amount,
    status: refund.status,
    cause: refund.cause,
    reason: refund.reason,
    requested_by: refund.requestedBy,
    provider_reference: refund.providerReference,
    failure_code: refund.failureCode,
    retry_of: refund.retryOf,
    created_at: iso(refund.createdAt),
    updated_at: iso(refund.updatedAt),
  };
}
