import { z } from 'zod';
import type { ChartAccess } from '#emr';
import { iso, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

export const ListAccesses = listQuery(
  { at: 'at', created_at: 'at' },
  {
    resource: z.string().max(100).optional().describe('For example encounter.'),
    emergency: z.enum(['true', 'false']).optional(),
    by: z.enum(['self', 'others']).optional(),
  },
  ['search', 'created'],
).transform(({ page, search, resource, by, emergency, created, order }) => ({
  page,
  search,
  resource,
  by,
  emergency: emergency && emergency === 'true',
  period: created,
  ascending: order ? !order.descending : false,
}));

export const AccessAnswer = z
  .object({
    id: z.uuid(),
    at: Timestamp,
    who: z.object({
      name: z.string().nullable().describe('`null` for the system itself.'),
      role: z.enum(['patient', 'doctor', 'admin', 'system']),
      self: z.boolean().describe('Whether it was the caller.'),
    }),
    what: z.string().describe('The kind of record, for example encounter.'),
    action: z.string().describe('For example read.'),
    record_id: z.string().nullable(),
    emergency: z
      .object({ break_glass_id: z.uuid(), reason: z.string() })
      .nullable()
      .describe('The reason of a doctor who does not treat the patient; null for everybody else.'),
  })
  .meta({ id: 'ChartAccess' });

export function toAccess(access: ChartAccess): z.infer<typeof AccessAnswer> {
  const { name, role, self, emergency } = access;
  return {
    id: access.id,
    at: iso(access.at),
    who: { name, role, self },
    what: access.resource,
    action: access.verb,
    record_id: access.resourceId,
    emergency: emergency && { break_glass_id: emergency.grantId, reason: emergency.reason },
  };
}
