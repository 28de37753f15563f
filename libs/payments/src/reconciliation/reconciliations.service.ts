import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { type Actor, Clock, newId, notFound, type Page, type PageRequest, type Period } from '#kernel';
import { containing, Database, given, Jobs, pageOf, Transactional, within } from '#platform';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { RunReconciliation } from '../queues.ts';
import type { Finding, Reconciliation } from './reconciliation.entity.ts';

export interface ReconciliationFilter {
  readonly provider?: string;
  readonly started?: Period;
  readonly finished?: Period;
  readonly order?: { readonly by: 'startedAt' | 'finishedAt'; readonly descending: boolean };
}

export interface FindingFilter {
  readonly isRepaired?: boolean;
  /** Matches the provider's reference. */
  readonly search?: string;
  readonly order?: { readonly by: 'id' | 'subject'; readonly descending: boolean };
}

/** Comparisons with the providers: asked for by the clock or an administrator, done by a job. */
@Injectable()
export class ReconciliationsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
    private readonly providers: PaymentProviders,
  ) {}

  /** Has every provider compared, each by a job of its own. What was made in the last `days` days. */
  @Transactional()
  async request(actor: Actor, days: number): Promise<Reconciliation[]> {
    const requested: Reconciliation[] = [];
    for (const provider of this.providers.names) {
      const reconciliation = await this.open(actor, provider, days);
      await this.jobs.send(RunReconciliation, { reconciliationId: reconciliation.id });
      requested.push(reconciliation);
    }
    return requested;
  }

  /** One that somebody is about to run. */
  @Transactional()
  async open(actor: Actor, provider: string, days: number): Promise<Reconciliation> {
    const now = this.clock.now();
    const row = await this.database.query
      .insertInto('reconciliations')
      .values({
        id: newId(),
        provider,
        since: now.subtract({ hours: days * 24 }),
        requestedBy: actor.userId,
        startedAt: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    if (actor.userId !== null) {
      await this.audit.record(actor, {
        action: 'reconciliation.requested',
        resource: 'reconciliation',
        resourceId: row.id,
      });
    }
    return row;
  }

  async list(_actor: Actor, filter: ReconciliationFilter, page: PageRequest): Promise<Page<Reconciliation>> {
    const { provider, started, finished } = filter;
    const { by, descending } = filter.order ?? { by: 'startedAt', descending: true };
    return pageOf(
      this.database.query
        .selectFrom('reconciliations')
        .selectAll()
        .where((eb) =>
          eb.and(
            given([
              provider && eb('provider', '=', provider),
              ...within('startedAt', started),
              ...within('finishedAt', finished),
            ]),
          ),
        )
        .orderBy(by, (order) => (descending ? order.desc().nullsLast() : order.asc().nullsLast()))
        .orderBy('id'),
      page,
    );
  }

  /** @throws not_found `reconciliation_not_found` */
  async get(_actor: Actor, id: string): Promise<Reconciliation> {
    const row = await this.database.query
      .selectFrom('reconciliations')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw notFound('reconciliation');
    return row;
  }

  /**
   * What was not as the provider says; what could not be repaired first, unless asked otherwise.
   * @throws not_found `reconciliation_not_found`
   */
  async findings(
    actor: Actor,
    id: string,
    { isRepaired, search, order }: FindingFilter,
    page: PageRequest,
  ): Promise<Page<Finding>> {
    await this.get(actor, id);
    return pageOf(
      this.database.query
        .selectFrom('reconciliationFindings')
        .selectAll()
        .where('reconciliationId', '=', id)
        .where((eb) =>
          eb.and(
            given([
              isRepaired !== undefined && eb('isRepaired', '=', isRepaired),
              search && eb('providerReference', 'ilike', containing(search)),
            ]),
          ),
        )
        .orderBy(order?.by ?? 'isRepaired', order?.descending ? 'desc' : 'asc')
        .orderBy('id'),
      page,
    );
  }
}
