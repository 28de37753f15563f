import { z } from 'zod';
import type { Finding, Reconciliation } from '#payments';
import { iso, isoOrNull, Timestamp, YesOrNo } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

export const StartReconciliation = z
  .object({ days: z.int().min(1).max(90).default(4).describe('What was made in so many days.') })
  .default({ days: 4 });

export const ListReconciliations = listQuery(
  { created_at: 'startedAt', updated_at: 'finishedAt' },
  { provider: z.string().max(50).optional() },
  ['created', 'updated'],
);

export const ListFindings = listQuery(
  // Ids rise with the time at which a finding was made.
  { created_at: 'id', subject: 'subject' },
  { repaired: YesOrNo.optional() },
  ['search'],
).transform(({ repaired, ...rest }) => ({ ...rest, isRepaired: repaired }));

export const ReconciliationAnswer = z
  .object({
    id: z.uuid(),
    provider: z.string(),
    since: Timestamp.describe('What was made at the provider since then is compared.'),
    status: z.enum(['running', 'done', 'failed']),
    failure_code: z.string().nullable().describe('Why it did not come to its end; it is tried again.'),
    checked: z.int(),
    repaired: z.int(),
    unresolved: z.int().describe('What somebody has to look at.'),
    requested_by: z.uuid().nullable().describe('The administrator; `null` when the clock asked for it.'),
    created_at: Timestamp,
    finished_at: Timestamp.nullable(),
  })
  .meta({ id: 'Reconciliation' });

export const ReconciliationsAnswer = z.array(ReconciliationAnswer);

export const FindingAnswer = z
  .object({
    id: z.uuid(),
    subject: z.enum(['payment', 'refund', 'dispute']),
    provider_reference: z.string(),
    transaction_id: z.uuid().nullable(),
    repaired: z.boolean(),
    problem: z
      .string()
      .nullable()
      .describe(
        'What is still not the same: `unknown_payment`, `unknown_refund`, `unknown_dispute`, `status_differs`, `amount_differs`, `ledger_differs`, `missing_at_provider`, `not_applied`.',
      ),
    details: z.string().nullable(),
  })
  .meta({ id: 'ReconciliationFinding' });

export function toReconciliation(of: Reconciliation): z.infer<typeof ReconciliationAnswer> {
  return {
    id: of.id,
    provider: of.provider,
    since: iso(of.since),
    status: of.finishedAt === null ? 'running' : of.failureCode === null ? 'done' : 'failed',
    failure_code: of.failureCode,
    checked: of.checked,
    repaired: of.repaired,
    unresolved: of.unresolved,
    requested_by: of.requestedBy,
    created_at: iso(of.startedAt),
    finished_at: isoOrNull(of.finishedAt),
  };
}

export function toFinding(finding: Finding): z.infer<typeof FindingAnswer> {
  return {
    id: finding.id,
    subject: finding.subject,
    provider_reference: finding.providerReference,
    transaction_id: finding.paymentId,
    repaired: finding.isRepaired,
    problem: finding.problem,
    details: finding.details,
  };
}
