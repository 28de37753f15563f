import { z } from 'zod';
import type { Handover } from '#patients';
import { iso, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

export const OfferChart = z.object({
  email: z.email().max(254).describe('Of the account that is to take the chart, or that is yet to register.'),
});

export const ListHandovers = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt', expires_at: 'expiresAt' },
  {},
);

export const HandoverAnswer = z
  .object({
    id: z.uuid(),
    patient: z.object({ id: z.uuid(), name: z.string() }),
    guardian: z.object({ name: z.string() }),
    email: z.string(),
    status: z.enum(['offered', 'accepted', 'declined', 'withdrawn', 'expired']),
    expires_at: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'ChartHandover' });

export function toHandover(handover: Handover): z.infer<typeof HandoverAnswer> {
  return {
    id: handover.id,
    patient: { id: handover.patientId, name: handover.patientName },
    guardian: { name: handover.guardianName },
    email: handover.email,
    status: handover.status,
    expires_at: iso(handover.expiresAt),
    created_at: iso(handover.createdAt),
    updated_at: iso(handover.updatedAt),
  };
}
