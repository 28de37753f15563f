import { z } from 'zod';
import { type AuditEntry, type AuditFilter, type AuditStats, PLATFORM_CHAIN } from '#audit';
import type { PageRequest, Period } from '#kernel';
import { Instant, iso, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Outcome = z.enum(['allowed', 'denied']);

export const AuditQuery = listQuery(
  { at: 'at' },
  {
    actor_id: z.uuid().optional(),
    patient_id: z.uuid().optional().describe('Whose chart.'),
    action: z.string().max(100).optional().describe('For example encounter.read.'),
    resource: z.string().max(100).optional(),
    outcome: Outcome.optional(),
    from: Instant.optional(),
    to: Instant.optional().describe('Up to this instant, without it.'),
  },
).transform(({ page, actor_id, patient_id, from, to, created, updated, order, ...rest }) => {
  // A row of the log is made once and never changes, so all three mean when it was made.
  const period = narrowest([{ from, to }, created, updated]);
  const filter: AuditFilter = {
    actorUserId: actor_id,
    patientId: patient_id,
    action: rest.action,
    resource: rest.resource,
    outcome: rest.outcome,
    search: rest.search,
    ascending: order ? !order.descending : false,
    ...period,
  };
  return { page: page satisfies PageRequest, filter };
});

export const AuditEntryAnswer = z
  .object({
    id: z.uuid(),
    at: Timestamp,
    actor_id: z.uuid().nullable().describe('`null` for the system itself.'),
    actor_roles: z.array(z.string()),
    action: z.string(),
    resource: z.string(),
    resource_id: z.string().nullable(),
    patient_id: z.uuid().nullable(),
    organization_id: z.uuid().nullable().describe('The practice whose record it is.'),
    outcome: Outcome,
    reason: z.string().nullable(),
    address: z.string().nullable(),
    request_id: z.string(),
    sequence: z.int().describe('The place in the chain of the practice, or of the platform.'),
  })
  .meta({ id: 'AuditEntry' });

export const AuditStatsAnswer = z
  .object({
    total: z.int(),
    denied: z.int(),
    actors: z.int().describe('How many different people.'),
    by_action: z.array(z.object({ action: z.string(), count: z.int() })),
  })
  .meta({ id: 'AuditStats' });

export function toAuditEntry(entry: AuditEntry): z.infer<typeof AuditEntryAnswer> {
  return {
    id: entry.id,
    at: iso(entry.at),
    actor_id: entry.actorUserId,
    actor_roles: entry.actorRoles,
    action: entry.action,
    resource: entry.resource,
    resource_id: entry.resourceId,
    patient_id: entry.patientId,
    organization_id: entry.chain === PLATFORM_CHAIN ? null : entry.chain,
    outcome: entry.outcome,
    reason: entry.reason,
    address: entry.address,
    request_id: entry.requestId,
    sequence: entry.sequence,
  };
}

export function toAuditStats({ byAction, ...totals }: AuditStats): z.infer<typeof AuditStatsAnswer> {
  return { ...totals, by_action: byAction.map(({ action, count }) => ({ action, count })) };
}

/** What lies in all of the periods. */
function narrowest(periods: readonly Period[]): Period {
  const order = (one: Temporal.Instant, other: Temporal.Instant) => Temporal.Instant.compare(one, other);
  const starts = periods.flatMap(({ from }) => from ?? []).sort(order);
  const ends = periods.flatMap(({ to }) => to ?? []).sort(order);
  return { from: starts.at(-1), to: ends[0] };
}
