import { AppointmentNoShow } from '#appointments';
import type { Actor } from '#kernel';
import { Database, type DataOf, type JobHandler, OnEvent, Transactional } from '#platform';
import { RemindersService } from '../reminders/reminders.service.ts';
import { VisitNotices } from './visit-notices.service.ts';

@OnEvent(AppointmentNoShow, 'notifications.tell-of-no-show')
export class OnAppointmentNoShow implements JobHandler<DataOf<typeof AppointmentNoShow>> {
  constructor(
    private readonly database: Database,
    private readonly notices: VisitNotices,
    private readonly reminders: RemindersService,
  ) {}

  @Transactional()
  async handle(_actor: Actor, { appointmentId }: DataOf<typeof AppointmentNoShow>): Promise<void> {
    const visit = await this.notices.settled(appointmentId);
    await this.reminders.cancel(visit.id);
    await this.notices.tellBoth(visit, {
      type: 'appointment_missed',
      cause: `appointment:${visit.id}`,
      mail: true,
    });
  }
}
