import { AppointmentConfirmed } from '#appointments';
import type { Actor } from '#kernel';
import { Database, type DataOf, type JobHandler, OnEvent, Transactional } from '#platform';
import { RemindersService } from '../reminders/reminders.service.ts';
import { VisitNotices } from './visit-notices.service.ts';
import { isToTakePlace } from './visit-party.ts';

@OnEvent(AppointmentConfirmed, 'notifications.tell-of-confirmation')
export class OnAppointmentConfirmed implements JobHandler<DataOf<typeof AppointmentConfirmed>> {
  constructor(
    private readonly database: Database,
    private readonly notices: VisitNotices,
    private readonly reminders: RemindersService,
  ) {}

  @Transactional()
  async handle(_actor: Actor, { appointmentId }: DataOf<typeof AppointmentConfirmed>): Promise<void> {
    const visit = await this.notices.settled(appointmentId);
    // Called off before the good news had left: the bad news says it all.
    if (!isToTakePlace(visit)) return;
    await this.notices.tellBoth(visit, {
      type: 'appointment_confirmed',
      cause: `appointment:${visit.id}`,
      mail: true,
      calendar: true,
    });
    await this.reminders.plan(visit);
  }
}
