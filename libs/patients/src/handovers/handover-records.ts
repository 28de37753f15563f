import { Injectable } from '@nestjs/common';
import { type Selectable, sql } from 'kysely';
import { AuditService } from '#audit';
import { type Actor, Clock, notFound } from '#kernel';
import { Database, type Tables } from '#platform';
import { type HandoverStatus, handoverStates } from './handover.states.ts';

/** A guardian's wish that a chart gets an account of its own. */
export interface Handover extends Selectable<Tables['chartHandovers']> {
  /** Of the person whose chart it is. */
  readonly patientName: string;
  readonly guardianName: string;
}

/** Reads offers with their people, and writes what became of one. */
@Injectable()
export class HandoverRecords {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditService,
  ) {}

  all() {
    return this.database.query
      .selectFrom('chartHandovers as handover')
      .innerJoin('patients as patient', 'patient.id', 'handover.patientId')
      .innerJoin('users as guardian', 'guardian.id', 'handover.guardianUserId')
      .selectAll('handover')
      .select([
        sql<string>`patient.first_name || ' ' || patient.last_name`.as('patientName'),
        sql<string>`guardian.first_name || ' ' || guardian.last_name`.as('guardianName'),
      ]);
  }

  /** An offer that nobody took in time is over, whether or not that was written down. */
  asItIs(handover: Handover): Handover {
    const isOver =
      handover.status === 'offered' && Temporal.Instant.compare(handover.expiresAt, this.clock.now()) <= 0;
    return isOver ? { ...handover, status: 'expired' } : handover;
  }

  /** @throws not_found `chart_handover_not_found` */
  async byId(id: string): Promise<Handover> {
    const row = await this.all().where('handover.id', '=', id).executeTakeFirst();
    if (!row) throw notFound('chart_handover');
    return this.asItIs(row);
  }

  /** In a transaction of the caller's. @throws conflict `chart_handover_is_…` */
  async move(actor: Actor, id: string, status: HandoverStatus): Promise<void> {
    const row = await this.all().where('handover.id', '=', id).forUpdate('handover').executeTakeFirst();
    if (!row) throw notFound('chart_handover');
    handoverStates.assert(this.asItIs(row).status, status);
    await this.database.query
      .updateTable('chartHandovers')
      .set({ status, updatedAt: this.clock.now() })
      .where('id', '=', id)
      .execute();
    await this.record(actor, row, status);
  }

  async record(
    actor: Actor,
    { id, patientId }: Pick<Handover, 'id' | 'patientId'>,
    verb: string,
  ): Promise<void> {
    await this.audit.record(actor, {
      action: `chart_handover.${verb}`,
      resource: 'chart_handover',
      resourceId: id,
      patientId,
    });
  }
}
