import { AuditService } from '#audit';
import { AccountErased } from '#auth';
import { type Actor, Clock, DomainError } from '#kernel';
import { Config, Database, type DataOf, type JobHandler, Jobs, OnEvent } from '#platform';
import { ChartReleased } from './events.ts';

/**
 * Takes the charts of an erased account out of its hands. A chart with records is kept, with the name it
 * stands under and without an account, for as long as the law asks; one that was never used goes.
 */
@OnEvent(AccountErased, 'patients.release-charts')
export class OnAccountErased implements JobHandler<DataOf<typeof AccountErased>> {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
  ) {}

  async handle(actor: Actor, { userId }: DataOf<typeof AccountErased>): Promise<void> {
    await this.database.query.deleteFrom('chartHandovers').where('guardianUserId', '=', userId).execute();
    const charts = await this.database.query
      .selectFrom('patients')
      .select(['id', 'organizationId'])
      .where('accountUserId', '=', userId)
      .execute();
    for (const { id, organizationId } of charts) {
      // A practice's own chart stays what it is; only the way to it by this account is gone.
      if (organizationId !== null) await this.#release(actor, id, {});
      else if (!(await this.#delete(actor, id))) await this.#keep(actor, id);
    }
  }

  /** @returns whether nothing referred to the chart. */
  async #delete(actor: Actor, id: string): Promise<boolean> {
    try {
      await this.database.transaction(async () => {
        await this.database.query.deleteFrom('patients').where('id', '=', id).execute();
        await this.#record(actor, id, 'delete');
      });
      return true;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'reference_missing') return false;
      throw error;
    }
  }

  async #keep(actor: Actor, id: string): Promise<void> {
    const now = this.clock.now();
    const years = this.config.env.HEALTH_RECORD_RETENTION_YEARS;
    const retainedUntil = now.toZonedDateTimeISO('UTC').toPlainDate().add({ years }).toString();
    await this.#release(actor, id, { phone: null, email: null, archivedAt: now, retainedUntil });
  }

  async #release(actor: Actor, id: string, changes: object): Promise<void> {
    await this.database.transaction(async () => {
      await this.database.query
        .updateTable('patients')
        .set({
          ...changes,
          userId: null,
          guardianUserId: null,
          relationship: null,
          updatedAt: this.clock.now(),
        })
        .where('id', '=', id)
        .execute();
      await this.jobs.publish(ChartReleased, { patientId: id });
      await this.#record(actor, id, 'release');
    });
  }

  async #record(actor: Actor, patientId: string, verb: string): Promise<void> {
    await this.audit.record(actor, {
      action: `patient.${verb}`,
      resource: 'patient',
      resourceId: patientId,
      patientId,
      reason: 'account erased',
    });
  }
}
