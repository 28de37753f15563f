import { AuditService } from '#audit';
import { type AccountPart, KeepsOfAccount } from '#auth';
import { systemActor } from '#kernel';
import { Database } from '#platform';

/** How many of the newest looks into a chart an export tells. */
const LOOKS = 10_000;

@KeepsOfAccount('charts')
export class PatientsAccountPart implements AccountPart {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  async export(userId: string): Promise<Record<string, unknown>> {
    const charts = await this.database.query
      .selectFrom('patients')
      .select([
        'id',
        'organizationId',
        'relationship',
        'firstName',
        'lastName',
        'dateOfBirth',
        'sex',
        'phone',
        'email',
        'archivedAt',
        'createdAt',
        'updatedAt',
      ])
      .where('accountUserId', '=', userId)
      .orderBy('createdAt')
      .execute();
    const handovers = await this.database.query
      .selectFrom('chartHandovers')
      .select(['patientId', 'email', 'status', 'expiresAt', 'createdAt'])
      .where('guardianUserId', '=', userId)
      .orderBy('createdAt')
      .execute();
    return {
      handovers,
      charts: await Promise.all(
        charts.map(async (chart) => ({ ...chart, openedByOthers: await this.#looks(chart.id, userId) })),
      ),
    };
  }

  /** Who opened the chart beside the person, newest first; not from where, which is theirs. */
  async #looks(patientId: string, userId: string) {
    const page = { page: 1, pageSize: LOOKS };
    const { items } = await this.audit.list(systemActor(''), { patientId }, page);
    return items
      .filter(({ actorUserId }) => actorUserId !== userId)
      .map(({ at, actorUserId, actorRoles, action, outcome }) => ({
        at,
        actorUserId,
        actorRoles,
        action,
        outcome,
      }));
  }
}
