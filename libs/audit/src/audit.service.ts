import { Injectable } from '@nestjs/common';
import { type ExpressionBuilder, type RawBuilder, sql } from 'kysely';
import { type Actor, Clock, newId, type Page, type PageRequest } from '#kernel';
import {
  type ChainBreak,
  chainBreaks,
  containing,
  Database,
  given,
  pageOf,
  type Tables,
  within,
} from '#platform';
import type { AuditEntry, AuditedAction } from './audit-entry.ts';

/** The chain of what belongs to no practice. */
export const PLATFORM_CHAIN = '00000000-0000-0000-0000-000000000000';

export interface AuditFilter {
  readonly actorUserId?: string;
  readonly patientId?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly resourceId?: string;
  readonly outcome?: 'allowed' | 'denied';
  readonly from?: Temporal.Instant;
  readonly to?: Temporal.Instant;
  /** Matches action, resource and the record's id. */
  readonly search?: string;
  /** What only a later library can say of the columns of `audit_log`, such as the name of who acted. */
  readonly also?: readonly RawBuilder<boolean>[];
  /** Oldest first instead of newest first. */
  readonly ascending?: boolean;
}

export interface AuditStats {
  /** What was counted: the last 30 days, where the filter does not say since when. */
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly total: number;
  readonly denied: number;
  /** How many different people. */
  readonly actors: number;
  readonly byAction: readonly (Tally & { readonly action: string })[];
  /** Days in UTC, `2026-03-01`, the first one first; a day on which nothing happened is left out. */
  readonly byDay: readonly (Tally & { readonly day: string })[];
  /** Who did or tried most, at most TOP_ACTORS of them; `null` is the system. */
  readonly topActors: readonly (Tally & { readonly actorUserId: string | null })[];
}

interface Tally {
  readonly count: number;
  readonly denied: number;
}

const STATS_PERIOD = { hours: 30 * 24 };
const TOP_ACTORS = 10;

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
    await this.recordAll([{ actor, action }]);
  }

  /** Adds rows, in their order; chain after chain, so that two who add to the same chains do not block each other. */
  async recordAll(acts: readonly { readonly actor: Actor; readonly action: AuditedAction }[]): Promise<void> {
    const rows = acts.map(({ actor, action }) => ({
      id: newId(),
      chain: action.organizationId ?? PLATFORM_CHAIN,
      at: this.clock.now(),
      actorUserId: actor.userId,
      actorRoles: [...actor.roles],
      action: action.action,
      resource: action.resource,
      resourceId: action.resourceId ?? null,
      patientId: action.patientId ?? null,
      outcome: action.outcome ?? ('allowed' as const),
      reason: action.reason ?? null,
      address: actor.address ?? null,
      requestId: actor.requestId,
      // The trigger puts the row in its place.
      sequence: 0,
      hash: Buffer.alloc(0),
      previousHash: Buffer.alloc(0),
    }));
    const inChains = rows.toSorted((one, other) =>
      one.chain < other.chain ? -1 : Number(one.chain > other.chain),
    );
    await this.database.query.insertInto('auditLog').values(inChains).execute();
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
    const to = filter.to ?? this.clock.now();
    const from = filter.from ?? to.subtract(STATS_PERIOD);
    const matching = () => this.#matching({ ...filter, from, to }).select(tally);
    const [totals, byAction, byDay, topActors] = await Promise.all([
      matching()
        .select(({ fn }) => fn.count<number>('actorUserId').distinct().as('actors'))
        .executeTakeFirstOrThrow(),
      matching().select('action').groupBy('action').orderBy('count', 'desc').orderBy('action').execute(),
      matching().select(UTC_DAY.as('day')).groupBy(UTC_DAY).orderBy('day').execute(),
      matching()
        .select('actorUserId')
        .groupBy('actorUserId')
        .orderBy('count', 'desc')
        .orderBy('actorUserId')
        .limit(TOP_ACTORS)
        .execute(),
    ]);
    const { count: total, denied, actors } = totals;
    return { from, to, total, denied, actors, byAction, byDay, topActors };
  }

  /** Recomputes every chain and compares it with its head. An empty answer means that nothing was touched. */
  verify(): Promise<ChainBreak[]> {
    return chainBreaks(
      this.database,
      'audit',
      sql`select chain, sequence, hash, previous_hash, chained_hash(previous_hash, audit_row_content(l)) as expected
        from audit_log l`,
    );
  }

  #matching(filter: AuditFilter) {
    const { actorUserId, patientId, action, resource, resourceId, outcome, from, to, search, also } = filter;
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
            resourceId && eb('resourceId', '=', resourceId),
            ...within('at', { from, to }),
            ...(also ?? []),
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

const UTC_DAY = sql<string>`to_char(at at time zone 'UTC', 'YYYY-MM-DD')`;

function tally({ fn }: ExpressionBuilder<Tables, 'auditLog'>) {
  return [
    fn.countAll<number>().as('count'),
    fn.countAll<number>().filterWhere('outcome', '=', 'denied').as('denied'),
  ] as const;
}
