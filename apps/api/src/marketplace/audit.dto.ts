import { z } from 'zod';
import { PLATFORM_CHAIN } from '#audit';
import type { AuditTrailFilter, NamedAuditEntry, NamedAuditStats } from '#emr';
import { Instant, iso, Text, Timestamp } from '../http/fields.ts';
import { listQuery, narrowedQuery, narrowest } from '../http/list-query.ts';

const Outcome = z.enum(['allowed', 'denied']);

const FILTERS = {
  actor_id: z.uuid().optional(),
  patient_id: z.uuid().optional().describe('Whose chart.'),
  action: z.string().max(100).optional().describe('For example encounter.read.'),
  resource: z.string().max(100).optional(),
  resource_id: z.string().max(100).optional(),
  person: Text(200)
    .min(1)
    .optional()
    .describe('In the name of who acted or whose chart it was, or in the address of who acted.'),
  outcome: Outcome.optional(),
  from: Instant.optional(),
  to: Instant.optional().describe('Up to this instant, without it.'),
};

export const ListAudit = listQuery({ at: 'at', created_at: 'at' }, FILTERS).transform(
  ({ page, order, ...query }) => ({
    page,
    filter: { ...toFilter(query), ascending: order ? !order.descending : false },
  }),
);

export const CountAudit = narrowedQuery(FILTERS).transform(toFilter);

function toFilter({
  actor_id,
  patient_id,
  resource_id,
  from,
  to,
  created,
  updated,
  ...rest
}: z.output<ReturnType<typeof narrowedQuery<typeof FILTERS>>>): AuditTrailFilter {
  return {
    ...rest,
    actorUserId: actor_id,
    patientId: patient_id,
    resourceId: resource_id,
    // A row of the log is made once and never changes, so all three mean when it was made.
    ...narrowest([{ from, to }, created, updated]),
  };
}

export const AuditEntryAnswer = z
  .object({
    id: z.uuid(),
    at: Timestamp,
    actor_id: z.uuid().nullable().describe('`null` for the system itself.'),
    actor_name: z.string().nullable(),
    actor_roles: z.array(z.string()),
    action: z.string(),
    resource: z.string(),
    resource_id: z.string().nullable(),
    patient_id: z.uuid().nullable(),
    patient_name: z.string().nullable(),
    organization_id: z.uuid().nullable().describe('The practice whose record it is.'),
    outcome: Outcome,
    reason: z
      .string()
      .nullable()
      .describe('A code; `break_glass:<id>` leads to an emergency access, where the doctor’s words are.'),
    address: z.string().nullable(),
    request_id: z.string(),
    sequence: z.int().describe('The place in the chain of the practice, or of the platform.'),
  })
  .meta({ id: 'AuditEntry' });

const tally = { count: z.int(), denied: z.int() };

export const AuditStatsAnswer = z
  .object({
    from: Timestamp,
    to: Timestamp,
    total: z.int(),
    denied: z.int(),
    actors: z.int().describe('How many different people.'),
    by_action: z.array(z.object({ action: z.string(), ...tally })),
    by_day: z
      .array(z.object({ day: z.iso.date(), ...tally }))
      .describe('In UTC, the first one first; a day on which nothing happened is left out.'),
    top_actors: z
      .array(
        z.object({
          actor_id: z.uuid().nullable().describe('`null` for the system itself.'),
          name: z.string().nullable(),
          ...tally,
        }),
      )
      .describe('At most ten.'),
  })
  .meta({ id: 'AuditStats' });

export function toAuditEntry(entry: NamedAuditEntry): z.infer<typeof AuditEntryAnswer> {
  return {
    id: entry.id,
    at: iso(entry.at),
    actor_id: entry.actorUserId,
    actor_name: entry.actorName,
    actor_roles: entry.actorRoles,
    action: entry.action,
    resource: entry.resource,
    resource_id: entry.resourceId,
    patient_id: entry.patientId,
    patient_name: entry.patientName,
    organization_id: entry.chain === PLATFORM_CHAIN ? null : entry.chain,
    outcome: entry.outcome,
    reason: entry.reason,
    address: entry.address,
    request_id: entry.requestId,
    sequence: entry.sequence,
  };
}

export function toAuditStats(stats: NamedAuditStats): z.infer<typeof AuditStatsAnswer> {
  return {
    from: iso(stats.from),
    to: iso(stats.to),
    total: stats.total,
    denied: stats.denied,
    actors: stats.actors,
    by_action: [...stats.byAction],
    by_day: [...stats.byDay],
    top_actors: stats.topActors.map(({ actorUserId, ...rest }) => ({ actor_id: actorUserId, ...rest })),
  };
}
