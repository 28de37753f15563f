import { sql } from 'kysely';
import { type Actor, Clock } from '#kernel';
import { Database, type JobHandler, Jobs, OnSchedule, Transactional } from '#platform';
import { DependantOfAge } from '../events.ts';
import { YEARS_OF_AGE } from './coming-of-age.ts';

/** How often a guardian is reminded who has not handed the chart over. */
const EVERY_DAYS = 30;
/** How long an offer is kept that came to nothing, with the address that it went to. */
const KEPT_DAYS = 30;
/** How many are done in one go; the rest have their turn the next day. */
const BATCH = 500;

type Nothing = Record<string, never>;

/** Tells guardians of those who have come of age in their care. Who was of age when they were added is not meant. */
@OnSchedule('23 8 * * *', 'patients.remind-of-age')
export class RemindOfAge implements JobHandler<Nothing> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
  ) {}

  @Transactional()
  async handle(_actor: Actor): Promise<void> {
    const now = this.clock.now();
    const today = now.toZonedDateTimeISO('UTC').toPlainDate().toString();
    const due = await this.database.query
      .selectFrom('patients')
      .select(['id', 'guardianUserId'])
      .where('guardianUserId', 'is not', null)
      .where('archivedAt', 'is', null)
      .where(
        sql<boolean>`date_of_birth + make_interval(years => ${YEARS_OF_AGE}) <= ${today}::date
          and date_of_birth + make_interval(years => ${YEARS_OF_AGE}) > created_at`,
      )
      .where((eb) =>
        eb.or([
          eb('ofAgeRemindedAt', 'is', null),
          eb('ofAgeRemindedAt', '<=', now.subtract({ hours: EVERY_DAYS * 24 })),
        ]),
      )
      .orderBy('dateOfBirth')
      .limit(BATCH)
      .forUpdate()
      .skipLocked()
      .execute();
    for (const { id: patientId, guardianUserId } of due) {
      if (guardianUserId === null) continue;
      await this.database.query
        .updateTable('patients')
        .set({ ofAgeRemindedAt: now })
        .where('id', '=', patientId)
        .execute();
      await this.jobs.publish(DependantOfAge, { patientId, guardianUserId, day: today });
    }
  }
}

/** Forgets the addresses of offers that are over; what became of them is in the audit trail. */
@OnSchedule('53 3 * * *', 'patients.forget-handovers')
export class ForgetHandovers implements JobHandler<Nothing> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async handle(_actor: Actor): Promise<void> {
    const before = this.clock.now().subtract({ hours: KEPT_DAYS * 24 });
    await this.database.query
      .deleteFrom('chartHandovers')
      .where((eb) =>
        eb.or([
          eb('expiresAt', '<', before),
          eb.and([eb('status', '<>', 'offered'), eb('updatedAt', '<', before)]),
        ]),
      )
      .execute();
  }
}
