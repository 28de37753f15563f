import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { type AuditEntry, type AuditFilter, AuditService, type AuditStats } from '#audit';
import type { Page, PageRequest, Period, Role, UserActor } from '#kernel';
import { containing, Database, given } from '#platform';
import { grantOfReason } from './break-glass.entity.ts';
import { BreakGlassService } from './break-glass.service.ts';
import { CarePolicy, type ChartReference, wholeChart } from './care.policy.ts';
import { ofPatientNamed } from './chart-filter.ts';

/** A row of the audit log with the names of its two people, as they are now. */
export interface NamedAuditEntry extends AuditEntry {
  readonly actorName: string | null;
  readonly patientName: string | null;
}

export interface NamedAuditStats extends Omit<AuditStats, 'topActors'> {
  readonly topActors: readonly (AuditStats['topActors'][number] & { readonly name: string | null })[];
}

export interface AuditTrailFilter extends AuditFilter {
  /** Matches the names of who acted and of whose chart it was, and the address of who acted. */
  readonly person?: string;
}

/** That somebody did something with a chart, as its patient is told. */
export interface ChartAccess {
  readonly id: string;
  readonly at: Temporal.Instant;
  /** `null` for the system itself. */
  readonly name: string | null;
  /** In which role; of several the one that opens charts. */
  readonly role: Role | 'system';
  /** Whether it was the reader of this list. */
  readonly self: boolean;
  readonly resource: string;
  /** `read`, `list`, `update`, … */
  readonly verb: string;
  readonly resourceId: string | null;
  /** The words of the doctor who opened the chart in an emergency, and the access that it was. */
  readonly emergency: { readonly grantId: string; readonly reason: string } | null;
}

export interface ChartAccessFilter {
  readonly resource?: string;
  /** Only in an emergency, or only not. */
  readonly emergency?: boolean;
  readonly by?: 'self' | 'others';
  /** Matches the name of who acted. */
  readonly search?: string;
  readonly period?: Period;
  /** Oldest first instead of newest first. */
  readonly ascending?: boolean;
}

const ACCESS_LOG = 'access_log';

/** The audit log, with people instead of ids: for administrators all of it, for a patient who saw their chart. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly care: CarePolicy,
    private readonly emergencies: BreakGlassService,
  ) {}

  /** For administrators, who are let in at the door. */
  async list(actor: UserActor, filter: AuditTrailFilter, page: PageRequest): Promise<Page<NamedAuditEntry>> {
    const found = await this.audit.list(actor, narrowed(filter), page);
    const [accounts, patients] = await Promise.all([
      this.#names(found.items.map(({ actorUserId }) => actorUserId)),
      this.#patientNames(found.items.map(({ patientId }) => patientId)),
    ]);
    return {
      ...found,
      items: found.items.map((entry) => ({
        ...entry,
        actorName: nameIn(accounts, entry.actorUserId),
        patientName: nameIn(patients, entry.patientId),
      })),
    };
  }

  /** For administrators, who are let in at the door. */
  async stats(actor: UserActor, filter: AuditTrailFilter): Promise<NamedAuditStats> {
    const stats = await this.audit.stats(actor, narrowed(filter));
    const names = await this.#names(stats.topActors.map(({ actorUserId }) => actorUserId));
    return {
      ...stats,
      topActors: stats.topActors.map((tally) => ({ ...tally, name: nameIn(names, tally.actorUserId) })),
    };
  }

  /**
   * Who has seen or changed what in a chart, for whoever acts for it.
   * @throws not_found `patient_not_found`
   */
  async ofChart(
    actor: UserActor,
    reference: ChartReference,
    { resource, emergency, by, search, period, ascending }: ChartAccessFilter,
    page: PageRequest,
  ): Promise<Page<ChartAccess>> {
    const chart = await this.care.ownChart(actor, reference, ACCESS_LOG, 'read');
    const found = await this.audit.list(
      actor,
      {
        patientId: chart.id,
        outcome: 'allowed',
        ...(resource && { resource }),
        ...(ascending && { ascending }),
        ...period,
        also: given([
          // Looking at this list is written down, and does not fill the list.
          sql<boolean>`resource <> ${ACCESS_LOG}`,
          emergency !== undefined &&
            sql<boolean>`coalesce(reason, '') like 'break_glass:%' is not distinct from ${emergency}`,
          by === 'self' && sql<boolean>`actor_user_id = ${actor.userId}`,
          by === 'others' && sql<boolean>`actor_user_id is distinct from ${actor.userId}`,
          search && actedBy(search),
        ]),
      },
      page,
    );
    await this.care.record(actor, wholeChart(chart, ACCESS_LOG), 'read');
    const [names, reasons] = await Promise.all([
      this.#names(found.items.map(({ actorUserId }) => actorUserId)),
      this.emergencies.reasons(known(found.items.map(({ reason }) => grantOfReason(reason)))),
    ]);
    return { ...found, items: found.items.map((entry) => asAccess(entry, actor, names, reasons)) };
  }

  /** By account: a doctor as patients know them, everybody else as they registered. */
  async #names(ids: readonly (string | null)[]): Promise<Names> {
    const accounts = known(ids);
    if (accounts.length === 0) return new Map();
    const rows = await this.database.query
      .selectFrom('users')
      .leftJoin('doctors', 'doctors.userId', 'users.id')
      .select(['users.id', sql<string>`coalesce(doctors.name, ${fullName('users')})`.as('name')])
      .where('users.id', 'in', accounts)
      .execute();
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  async #patientNames(ids: readonly (string | null)[]): Promise<Names> {
    const patients = known(ids);
    if (patients.length === 0) return new Map();
    const rows = await this.database.query
      .selectFrom('patients')
      .select(['id', fullName('patients').as('name')])
      .where('id', 'in', patients)
      .execute();
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}

type Names = ReadonlyMap<string, string>;

function fullName(table: 'users' | 'patients'): RawBuilder<string> {
  return sql<string>`${sql.table(table)}.first_name || ' ' || ${sql.table(table)}.last_name`;
}

/** That whoever acted has this name or address. */
function actedBy(text: string): RawBuilder<boolean> {
  const pattern = sql`fold(${containing(text)})`;
  return sql<boolean>`actor_user_id in (
    select id from users where fold(${fullName('users')} || ' ' || email) like ${pattern}
    union all
    select user_id from doctors where fold(name) like ${pattern})`;
}

function narrowed({ person, ...filter }: AuditTrailFilter): AuditFilter {
  if (!person) return filter;
  return { ...filter, also: [sql<boolean>`(${actedBy(person)} or ${ofPatientNamed(person)})`] };
}

function asAccess(
  { id, at, actorUserId, actorRoles, action, resource, resourceId, reason }: AuditEntry,
  reader: UserActor,
  names: Names,
  reasons: Names,
): ChartAccess {
  const grantId = grantOfReason(reason);
  const words = nameIn(reasons, grantId);
  return {
    id,
    at,
    name: nameIn(names, actorUserId),
    role: actorUserId === null ? 'system' : roleIn(actorRoles),
    self: actorUserId === reader.userId,
    resource,
    verb: action.slice(resource.length + 1),
    resourceId,
    emergency: grantId && words ? { grantId, reason: words } : null,
  };
}

function roleIn(roles: readonly string[]): Role {
  return (['doctor', 'patient', 'admin'] as const).find((role) => roles.includes(role)) ?? 'patient';
}

function nameIn(names: Names, id: string | null): string | null {
  return (id && names.get(id)) || null;
}

function known(ids: readonly (string | null)[]): string[] {
  return [...new Set(ids.filter((id) => id !== null))];
}
