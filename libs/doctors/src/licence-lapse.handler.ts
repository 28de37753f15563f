import { type Actor, Clock } from '#kernel';
import { Database, type JobHandler, Jobs, OnSchedule } from '#platform';
import { licensedOn } from './doctor.entity.ts';
import { LicenceExpired, LicenceExpiring } from './events.ts';
import type { LicenceRow } from './licence.entity.ts';
import { LicenceRecords } from './licence-records.ts';

/** How many days ahead a doctor is warned that the licence ends. */
const WARNINGS = [1, 7, 30] as const;
const FIRST_WARNING = 30;

/**
 * Ends licences that have run out, and warns ahead. Nobody is bookable by a licence that has run out while
 * this has not come by yet: lists and bookings compare the day themselves.
 */
@OnSchedule('7 * * * *', 'doctors.licence-lapse')
export class LicenceLapseHandler implements JobHandler<Record<string, never>> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly licences: LicenceRecords,
  ) {}

  async handle(actor: Actor): Promise<void> {
    const today = Temporal.PlainDate.from(licensedOn(this.clock.now()));
    const ending = await this.database.query
      .selectFrom('licences')
      .select('doctorId')
      .where('status', '=', 'approved')
      .where('expiresOn', '<=', today.add({ days: FIRST_WARNING }).toString())
      .orderBy('expiresOn')
      .execute();
    // Each in a transaction of its own: one doctor's trouble is not everybody's.
    for (const { doctorId } of ending) {
      await this.database.transaction(() => this.#look(actor, doctorId, today));
    }
  }

  async #look(actor: Actor, doctorId: string, today: Temporal.PlainDate): Promise<void> {
    const doctor = await this.licences.lock('id', doctorId);
    const { userId } = doctor;
    const licence = await this.licences.current(doctorId, 'approved');
    if (!licence) return;
    const daysLeft = today.until(licence.expiresOn).days;
    if (daysLeft >= 0) return this.#warn(licence, daysLeft, { doctorId, userId });
    const decisionId = await this.licences.decide(actor, licence, 'expired');
    await this.licences.follow(doctor);
    await this.jobs.publish(LicenceExpired, { doctorId, userId, decisionId });
  }

  /** Once for each of WARNINGS; after a pause only for the nearest of those that were missed. */
  async #warn(
    { id: licenceId, expiresOn: lastDay }: LicenceRow,
    daysLeft: number,
    whom: { readonly doctorId: string; readonly userId: string },
  ): Promise<void> {
    const due = WARNINGS.find((days) => daysLeft <= days);
    if (due === undefined) return;
    const { numUpdatedRows } = await this.database.query
      .updateTable('licences')
      .set({ warnedDays: due })
      .where('id', '=', licenceId)
      .where((eb) => eb.or([eb('warnedDays', 'is', null), eb('warnedDays', '>', due)]))
      .executeTakeFirst();
    if (numUpdatedRows > 0n)
      await this.jobs.publish(LicenceExpiring, { ...whom, licenceId, daysLeft, lastDay });
  }
}
