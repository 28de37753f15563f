import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Actor, Clock, newId, type Page, type PageRequest } from '#kernel';
import { containing, Database, given, pageOf, within } from '#platform';
import type { AuditEntry, AuditedAction } from './audit-entry.ts';

/** The chain of what belongs to no practice. */
export const PLATFORM_CHAIN = '00000000-0000-0000-0000-000000000000';

export interface AuditFilter {
  readonly actorUserId?: string;
  readonly patientId?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly outcome?: 'allowed' | 'denied';
  readonly from?: Temporal.Instant;
  readonly to?: Temporal.Instant;
  readonly search?: string;
  /** Oldest first instead of newest first. */
  readonly ascending?: boolean;
}

export interface AuditStats {
  readonly total: number;
  readonly denied: number;
  readonly actors: number;
  readonly byAction: readonly { readonly action: string; readonly count: number }[];
}

/** Where a chain no longer agrees with itself. */
export interface ChainBreak {
  readonly chain: string;
  readonly sequence: number;
  readonly problem: 'row_changed' | 'row_missing' | 'tail_missing';
}

/**
 * The trail of every read and write of a chart. Rows are chained by hash, one chain per practice; the
 * database does the chaining, so that the server's own role can neither change nor drop a row unseen.
 */
@Injectable()
export class AuditService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Adds a row. Inside a transaction the row stands or falls with it. */
  async record(actor: Actor, action: AuditedAction): Promise<void> {
    await this.database.query
      .insertInto('auditLog')
      .values({
        id: newId(),
        chain: action.organizationId ?? PLATFORM_CHAIN,
        at: this.clock.now(),
        actorUserId: actor.userId,
        actorRoles: [...actor.roles],
        action: action.action,
        resource: action.resource,
        resourceId: action.resourceId ?? null,
        patientId: action.patientId ?? null,
        outcome: action.outcome ?? 'allowed',
        reason: action.reason ?? null,
        address: actor.address ?? null,
        requestId: actor.requestId,
        // The trigger puts the row in its place.
        sequence: 0,
        hash: Buffer.alloc(0),
        previousHash: Buffer.alloc(0),
      })
      .execute();
  }

  async list(_actor: Actor, filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>> {
    const direction = filter.ascending ? 'asc' : 'desc';
    return pageOf(
      this.#matching(filter)
        .select([
          'id',
          'chain',
          'sequence',
          'at',
          'actorUserId',
          'actorRoles',
          'action',
          'resource',
          'resourceId',
          'patientId',
          'outcome',
          'reason',
          'address',
          'requestId',
        ])
        .orderBy('at', direction)
        .orderBy('id', direction),
      page,
    );
  }

  async stats(_actor: Actor, filter: AuditFilter): Promise<AuditStats> {
    const [totals, byAction] = await Promise.all([
      this.#matching(filter)
        .select(({ fn }) => [
          fn.countAll<number>().as('total'),
          fn.countAll<number>().filterWhere('outcome', '=', 'denied').as('denied'),
          fn.count<number>('actorUserId').distinct().as('actors'),
        ])
        .executeTakeFirstOrThrow(),
      this.#matching(filter)
        .select(({ fn }) => ['action', fn.countAll<number>().as('count')])
        .groupBy('action')
        .orderBy('count', 'desc')
        .orderBy('action')
        .execute(),
    ]);
    return { ...totals, byAction };
  }

  /** Recomputes every chain and compares it with its head. An empty answer means that nothing was touched. */
  async verify(): Promise<ChainBreak[]> {
    const { rows } = await sql<ChainBreak>`
      with walked as (
        select l.chain, l.sequence, l.hash, l.previous_hash, audit_row_hash(l) as expected,
          lag(l.hash, 1, '\\x'::bytea) over w as hash_before,
          lag(l.sequence, 1, 0::bigint) over w as sequence_before
        from audit_log l window w as (partition by l.chain order by l.sequence)
      )
      select chain, sequence,
        case when sequence <> sequence_before + 1 then 'row_missing' else 'row_changed' end as problem
      from walked
      where hash <> expected or previous_hash <> hash_before or sequence <> sequence_before + 1
      union all
      select c.chain, c.length, 'tail_missing'
      from audit_chains c
      where not exists (select from audit_log l where l.chain = c.chain and l.sequence = c.length and l.hash = c.head)
      order by 1, 2`.execute(this.database.query);
    return rows;
  }

  #matching(filter: AuditFilter) {
    const { actorUserId, patientId, action, resource, outcome, from, to, search } = filter;
    return this.database.query
      .selectFrom('auditLog')
      .where((eb) =>
        eb.and(
          given([
            actorUserId && eb('actorUserId', '=', actorUserId),
            patientId && eb('patientId', '=', patientId),
            action && eb('action', '=', action),
            resource && eb('resource', '=', resource),
            outcome && eb('outcome', '=', outcome),
            ...within('at', { from, to }),
            search &&
              eb.or([
                eb('action', 'ilike', containing(search)),
                eb('resource', 'ilike', containing(search)),
                eb('resourceId', '=', search),
              ]),
          ]),
        ),
      );
  }
}
