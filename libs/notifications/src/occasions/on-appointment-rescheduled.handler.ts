import { AppointmentRescheduled } from '#appointments';
import type { Actor } from '#kernel';
import { Database, type DataOf, type JobHandler, OnEvent, Transactional } from '#platform';
import { RemindersService } from '../reminders/reminders.service.ts';
import { VisitNotices } from './visit-notices.service.ts';
import { isToTakePlace } from './visit-party.ts';

@OnEvent(AppointmentRescheduled, 'notifications.tell-of-new-time')
export class OnAppointmentRescheduled implements JobHandler<DataOf<typeof AppointmentRescheduled>> {
  constructor(
    private readonly database: Database,
    private readonly notices: VisitNotices,
    private readonly reminders: RemindersService,
  ) {}

  @Transactional()
  async handle(_actor: Actor, { appointmentId }: DataOf<typeof AppointmentRescheduled>): Promise<void> {
    const visit = await this.notices.settled(appointmentId);
    if (!isToTakePlace(visit)) return;
    await this.notices.tellBoth(visit, {
      type: 'appointment_rescheduled',
      // Each move is a fact of its own; two in quick succession are told as the last one.
      cause: `appointment:${visit.id}:${visit.sequence}`,
      mail: true,
      calendar: true,
    });
    await this.reminders.plan(visit);
  }
}
