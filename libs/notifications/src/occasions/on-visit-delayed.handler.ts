import { AppointmentsService } from '#appointments';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { VisitDelayed } from '#rtc';
import { VisitNotices } from './visit-notices.service.ts';
import { partiesOf } from './visit-party.ts';

@OnEvent(VisitDelayed, 'notifications.tell-of-delay')
export class OnVisitDelayed implements JobHandler<DataOf<typeof VisitDelayed>> {
  constructor(
    private readonly appointments: AppointmentsService,
    private readonly notices: VisitNotices,
  ) {}

  async handle(_actor: Actor, { appointmentId, startAt }: DataOf<typeof VisitDelayed>): Promise<void> {
    const visit = await this.appointments.byId(appointmentId);
    const patient = partiesOf(visit).find(({ side }) => side === 'patient');
    // Who is with the doctor by now waits for nobody.
    if (!patient || (visit.status !== 'scheduled' && visit.status !== 'arrived')) return;
    await this.notices.tell(
      patient,
      { ...visit, startsAt: Temporal.Instant.from(startAt) },
      { type: 'appointment_delayed', cause: `delay:${visit.id}:${startAt}`, mail: false },
    );
  }
}
