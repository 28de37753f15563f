import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import {
  Clock,
  DomainError,
  notFound,
  type Page,
  type PageRequest,
  type Period,
  type UserActor,
} from '#kernel';
import { containing, Database, given, Jobs, pageOf, Transactional, within } from '#platform';
import { ChartHandedOver } from '../events.ts';
import { ownChartInUse } from './handover.errors.ts';
import { type Handover, HandoverRecords } from './handover-records.ts';

export interface HandoverFilter {
  /** Matches the names of the person whose chart it is and of their guardian. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt' | 'expiresAt'; readonly descending: boolean };
}

/**
 * A chart passes from a guardian to the person it is about: to the account that has proved the address which
 * the guardian invited. From then on the guardian does not act for it any more.
 */
@Injectable()
export class HandoversService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly records: HandoverRecords,
  ) {}

  /**
   * What is offered to the actor, the oldest first unless asked otherwise; nothing, before they have verified
   * their address.
   */
  async list(actor: UserActor, filter: HandoverFilter, page: PageRequest): Promise<Page<Handover>> {
    const { search, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: false };
    return pageOf(
      this.#offeredTo(actor)
        .where((eb) =>
          eb.and(
            given([
              search &&
                sql<boolean>`concat_ws(' ', patient.first_name, patient.last_name, guardian.first_name, guardian.last_name) ilike ${containing(search)}`,
              ...within('handover.createdAt', created),
              ...within('handover.updatedAt', updated),
            ]),
          ),
        )
        .orderBy(`handover.${by}`, descending ? 'desc' : 'asc')
        .orderBy('handover.id'),
      page,
    );
  }

  /** @throws not_found `chart_handover_not_found`, also for one that is offered to somebody else, or is over */
  @Transactional()
  async decline(actor: UserActor, id: string): Promise<void> {
    await this.#offered(actor, id);
    await this.records.move(actor, id, 'declined');
  }

  /**
   * The actor takes the chart: it is their own from now on. An empty chart that their account has goes.
   * @throws not_found `chart_handover_not_found`; conflict `own_chart_in_use`
   */
  async accept(actor: UserActor, id: string): Promise<Handover> {
    try {
      await this.take(actor, id);
    } catch (error) {
      // Every record of a chart names it by a foreign key, so the database knows whether it is empty.
      throw error instanceof DomainError && error.code === 'reference_missing' ? ownChartInUse() : error;
    }
    return this.records.byId(id);
  }

  @Transactional()
  private async take(actor: UserActor, id: string): Promise<void> {
    const { patientId, guardianUserId, email } = await this.#offered(actor, id);
    await this.records.move(actor, id, 'accepted');
    const db = this.database.query;
    await db
      .deleteFrom('patients')
      .where('userId', '=', actor.userId)
      .where('organizationId', 'is', null)
      .execute();
    const taken = await db
      .updateTable('patients')
      .set({
        userId: actor.userId,
        guardianUserId: null,
        relationship: null,
        email,
        archivedAt: null,
        updatedAt: this.clock.now(),
      })
      .where('id', '=', patientId)
      .where('guardianUserId', '=', guardianUserId)
      .returning('id')
      .executeTakeFirst();
    if (!taken) throw notFound('chart_handover');
    await this.jobs.publish(ChartHandedOver, { patientId, guardianUserId, userId: actor.userId });
  }

  async #offered(actor: UserActor, id: string): Promise<Handover> {
    const row = await this.#offeredTo(actor).where('handover.id', '=', id).executeTakeFirst();
    if (!row) throw notFound('chart_handover');
    return row;
  }

  #offeredTo({ userId }: UserActor) {
    return this.records
      .all()
      .innerJoin('users as invited', 'invited.email', 'handover.email')
      .where('invited.id', '=', userId)
      .where('invited.emailVerifiedAt', 'is not', null)
      .where('handover.status', '=', 'offered')
      .where('handover.expiresAt', '>', this.clock.now());
  }
}
