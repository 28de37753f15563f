import { z } from 'zod';
import type { Dispute } from '#payments';
import { iso, isoOrNull, MoneyField, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Status = z.enum(['inquiry', 'needs_response', 'under_review', 'won', 'lost', 'closed']);

export const ListDisputes = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt', amount: 'amount', answer_by: 'answerBy' },
  {
    status: Status.optional(),
    provider: z.string().max(50).optional(),
    transaction_id: z.uuid().optional(),
  },
);

export const DisputeAnswer = z
  .object({
    id: z.uuid(),
    transaction_id: z.uuid(),
    provider: z.string(),
    provider_reference: z.string(),
    amount: MoneyField.describe('What the bank disputes.'),
    withdrawn: MoneyField.describe('What the provider has taken of it and not given back.'),
    fee: MoneyField.describe('What the provider asks for the dispute itself.'),
    status: Status.describe('With `inquiry` the bank asks before it takes money.'),
    reason: z.string().describe('The provider’s code for what the bank says.'),
    answer_by: Timestamp.nullable().describe('Until when it can be answered, at the provider.'),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Dispute' });

export function toDispute(dispute: Dispute): z.infer<typeof DisputeAnswer> {
  return {
    id: dispute.id,
    transaction_id: dispute.paymentId,
    provider: dispute.provider,
    provider_reference: dispute.providerReference,
    amount: dispute.amount,
    withdrawn: dispute.withdrawn,
    fee: dispute.fee,
    status: dispute.status,
    reason: dispute.reason,
    answer_by: isoOrNull(dispute.answerBy),
    created_at: iso(dispute.createdAt),
    updated_at: iso(dispute.updatedAt),
  };
}
