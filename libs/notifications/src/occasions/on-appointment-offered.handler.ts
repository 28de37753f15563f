import { AppointmentOffered } from '#appointments';
import type { Actor } from '#kernel';
import { Database, type DataOf, type JobHandler, OnEvent, Transactional } from '#platform';
import { VisitNotices } from './visit-notices.service.ts';
import { partiesOf } from './visit-party.ts';

@OnEvent(AppointmentOffered, 'notifications.tell-of-offer')
export class OnAppointmentOffered implements JobHandler<DataOf<typeof AppointmentOffered>> {
  constructor(
    private readonly database: Database,
    private readonly notices: VisitNotices,
  ) {}

  @Transactional()
  async handle(_actor: Actor, { appointmentId }: DataOf<typeof AppointmentOffered>): Promise<void> {
    const visit = await this.notices.settled(appointmentId);
    const patient = partiesOf(visit).find(({ side }) => side === 'patient');
    // Taken, let go or lapsed before the news had left.
    if (!patient || visit.status !== 'held') return;
    await this.notices.tell(patient, visit, {
      type: 'appointment_offered',
      cause: `appointment:${visit.id}`,
      mail: true,
    });
  }
}
