import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { CareRelationships } from '#appointments';
import { Clock } from '#kernel';
import type { Patient } from '#patients';
import { Database } from '#platform';
import { breakGlassReason } from './break-glass.entity.ts';

/** Why somebody may read a chart: because they act for it or treat its patient, or in an emergency. */
export interface Ground {
  /** What the audit log is told; nothing, where nothing out of the ordinary is. */
  readonly reason?: string;
}

/** Who may read which chart, and on what ground. */
@Injectable()
export class CareGrounds {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly relationships: CareRelationships,
  ) {}

  /** Whether this is the account that acts for the chart. */
  actsFor(userId: string, chart: Pick<Patient, 'accountUserId'>): boolean {
    return chart.accountUserId === userId;
  }

  /** The ids of the charts that an account acts for, for the statement of a list. */
  ownCharts(userId: string) {
    return this.database.query
      .selectFrom('patients')
      .select('patients.id')
      .where('accountUserId', '=', userId);
  }

  /** Whether they act for the chart or treat its patient: the ground for adding to it, too. */
  cares(userId: string, patientId: string): Promise<boolean> {
    return this.relationships.mayOpen(userId, patientId);
  }

  async forReading(userId: string, patientId: string): Promise<Ground | undefined> {
    if (await this.cares(userId, patientId)) return {};
    const emergencies = await this.emergencies(userId, [patientId]);
    return emergencies.get(patientId);
  }

  /** The ids of the charts that a person may read, for the statement of a list. */
  readableCharts(userId: string) {
    return this.relationships
      .chartsOf(userId)
      .union(this.#standing(userId).select('breakGlassGrants.patientId as id'));
  }

  /** Which of the charts are open to the person by an emergency access that stands. */
  async emergencies(
    userId: string,
    patientIds: readonly string[],
  ): Promise<ReadonlyMap<string, Required<Ground>>> {
    if (patientIds.length === 0) return new Map();
    const grants = await this.#standing(userId)
      .select(['id', 'patientId'])
      .where('patientId', 'in', [...patientIds])
      .execute();
    return new Map(grants.map(({ id, patientId }) => [patientId, { reason: breakGlassReason(id) }]));
  }

  /** The emergency access by which the person may read the chart now. */
  standing(
    userId: string,
    patientId: string,
  ): Promise<{ readonly id: string; readonly expiresAt: Temporal.Instant } | undefined> {
    return this.#standing(userId)
      .select(['id', 'expiresAt'])
      .where('patientId', '=', patientId)
      .executeTakeFirst();
  }

  #standing(userId: string) {
    return this.database.query
      .selectFrom('breakGlassGrants')
      .where('breakGlassGrants.userId', '=', userId)
      .where('breakGlassGrants.expiresAt', '>', this.clock.now())
      .where(sql<boolean>`break_glass_grants.verdict is distinct from 'not_justified'`);
  }
}
