import { z } from 'zod';
import { CURRENCIES } from '#kernel';
import type { CommissionRule } from '#payments';
import { Instant, iso, isoOrNull, MoneyField, present, RequiredText, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

export const SetCommissionRule = z
  .object({
    doctor_id: z.uuid().optional().describe('All doctors who have no rule of their own when absent.'),
    percent: z.number().min(0).max(100).multipleOf(0.01).describe('With up to two decimals.'),
    minimum: z
      .object({ amount: z.int().min(0), currency: z.enum(CURRENCIES) })
      .describe('Minor units; the rule is for payments in this currency.'),
    valid_from: Instant.optional().describe('Now when absent; not in the past.'),
    valid_to: Instant.optional().describe('Up to this instant, without it; until it is ended when absent.'),
    reason: RequiredText(500),
  })
  .transform(({ doctor_id, percent, minimum, valid_from, valid_to, reason }) => ({
    percent,
    minimum,
    reason,
    ...present({ doctorId: doctor_id, validFrom: valid_from, validTo: valid_to }),
  }));

export const ListCommissionRules = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt', valid_from: 'validFrom' },
  {
    doctor_id: z.uuid().optional().describe('Rules of this doctor’s own.'),
    scope: z.enum(['platform', 'doctor']).optional(),
    currency: z.enum(CURRENCIES).optional(),
    at: Instant.optional().describe('In force at this instant.'),
  },
);

export const CommissionRuleAnswer = z
  .object({
    id: z.uuid(),
    doctor_id: z.uuid().nullable(),
    percent: z.number(),
    minimum: MoneyField,
    valid_from: Timestamp,
    valid_to: Timestamp.nullable(),
    reason: z.string(),
    created_by: z.uuid(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'CommissionRule' });

export function toCommissionRule(rule: CommissionRule): z.infer<typeof CommissionRuleAnswer> {
  return {
    id: rule.id,
    doctor_id: rule.practitionerId,
    percent: rule.percent,
    minimum: rule.minimum,
    valid_from: iso(rule.validFrom),
    valid_to: isoOrNull(rule.validTo),
    reason: rule.reason,
    created_by: rule.createdBy,
    created_at: iso(rule.createdAt),
    updated_at: iso(rule.updatedAt),
  };
}
