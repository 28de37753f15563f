import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { Clock, newId, notFound, type UserActor } from '#kernel';
import { BuiltOnce, Database, Transactional } from '#platform';
import type { Patient, PatientDetails } from './patient.entity.ts';
import { patientArchived } from './patient.errors.ts';

@Injectable()
export class PatientsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditService,
  ) {}

  /** The actor's own chart; it is opened from the account when it is first needed. */
  async personalChart(actor: UserActor): Promise<Patient> {
    const existing = await this.#personal(actor.userId);
    if (existing) return existing;
    const now = this.clock.now();
    const db = this.database.query;
    await db
      .insertInto('patients')
      .columns(['id', 'userId', 'firstName', 'lastName', 'phone', 'email', 'createdAt', 'updatedAt'])
      .expression((eb) =>
        eb
          .selectFrom('users')
          .select([
            eb.val(newId()).$castTo<string>().as('id'),
            'id as userId',
            'firstName',
            'lastName',
            'phone',
            'email',
            eb.val(now).as('createdAt'),
            eb.val(now).as('updatedAt'),
          ])
          .where('id', '=', actor.userId),
      )
      .onConflict((conflict) => conflict.column('userId').where('organizationId', 'is', null).doNothing())
      .execute();
    const chart = await this.#personal(actor.userId);
    if (!chart) throw notFound('patient');
    return chart;
  }

  /**
   * The chart that the actor acts for: their own when none is named, else the one of a dependant.
   * @throws not_found `patient_not_found`, also for somebody else's; conflict `patient_archived`
   */
  async actedFor(actor: UserActor, patientId: string | undefined): Promise<Patient> {
    if (patientId === undefined) return this.personalChart(actor);
    const chart = await this.get(patientId);
    if (chart.accountUserId === actor.userId && chart.organizationId === null) {
      if (chart.archivedAt) throw patientArchived();
      return chart;
    }
    await this.audit.record(actor, {
      action: 'patient.act_for',
      resource: 'patient',
      resourceId: chart.id,
      patientId: chart.id,
      outcome: 'denied',
    });
    throw notFound('patient');
  }

  /** @throws not_found `patient_not_found` */
  async get(patientId: string): Promise<Patient> {
    const patient = await this.database.query
      .selectFrom('patients')
      .selectAll()
      .where('id', '=', patientId)
      .executeTakeFirst();
    if (!patient) throw notFound('patient');
    return patient;
  }

  /** Whose personal chart has exactly this address and date of birth; none, where more than one has. */
  async byIdentity(email: string, dateOfBirth: string): Promise<Patient | undefined> {
    const [patient, another] = await this.database.query
      .selectFrom('patients')
      .selectAll()
      .where(({ eb, fn }) => eb(fn('lower', ['email']), '=', email.toLowerCase()))
      .where('dateOfBirth', '=', dateOfBirth)
      .where('organizationId', 'is', null)
      .limit(2)
      .execute();
    return another ? undefined : patient;
  }

  /** Changes what is known of the person; the chart's contents are not here. */
  @Transactional()
  async updatePersonal(actor: UserActor, changes: Partial<PatientDetails>): Promise<Patient> {
    const chart = await this.personalChart(actor);
    return this.database.query
      .updateTable('patients')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('id', '=', chart.id)
      .returningAll()
      .executeTakeFirstOrThrow();
  }

  async #personal(userId: string): Promise<Patient | undefined> {
    const [chart] = await PERSONAL.execute(this.database, { userId });
    return chart;
  }
}

const PERSONAL = new BuiltOnce<{ userId: string }, Patient>((query, value) =>
  query
    .selectFrom('patients')
    .selectAll()
    .where('userId', '=', value('userId'))
    .where('organizationId', 'is', null),
);
