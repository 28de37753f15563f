import { AppointmentCancelled } from '#appointments';
import type { Actor } from '#kernel';
import { Database, type DataOf, type JobHandler, OnEvent, Transactional } from '#platform';
import { RemindersService } from '../reminders/reminders.service.ts';
import { VisitNotices } from './visit-notices.service.ts';

@OnEvent(AppointmentCancelled, 'notifications.tell-of-cancellation')
export class OnAppointmentCancelled implements JobHandler<DataOf<typeof AppointmentCancelled>> {
  constructor(
    private readonly database: Database,
    private readonly notices: VisitNotices,
    private readonly reminders: RemindersService,
  ) {}

  @Transactional()
  async handle(
    _actor: Actor,
    { appointmentId, wasConfirmed }: DataOf<typeof AppointmentCancelled>,
  ): Promise<void> {
    // Who lets a held slot go knows it, and nobody else has heard of it.
    if (!wasConfirmed) return;
    const visit = await this.notices.settled(appointmentId);
    await this.reminders.cancel(visit.id);
    await this.notices.tellBoth(visit, {
      type: 'appointment_cancelled',
      cause: `appointment:${visit.id}`,
      mail: true,
      calendar: true,
    });
  }
}
