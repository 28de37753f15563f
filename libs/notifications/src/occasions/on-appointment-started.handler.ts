import { AppointmentStarted, AppointmentsService } from '#appointments';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { VisitNotices } from './visit-notices.service.ts';
import { partiesOf } from './visit-party.ts';

@OnEvent(AppointmentStarted, 'notifications.call-the-patient')
export class OnAppointmentStarted implements JobHandler<DataOf<typeof AppointmentStarted>> {
  constructor(
    private readonly appointments: AppointmentsService,
    private readonly notices: VisitNotices,
  ) {}

  async handle(_actor: Actor, { appointmentId }: DataOf<typeof AppointmentStarted>): Promise<void> {
    const visit = await this.appointments.byId(appointmentId);
    const patient = partiesOf(visit).find(({ side }) => side === 'patient');
    // A call that comes after the visit has ended calls nobody.
    if (!patient || visit.status !== 'in_progress') return;
    await this.notices.tell(patient, visit, {
      type: 'appointment_started',
      cause: `appointment:${visit.id}`,
      mail: false,
    });
  }
}
