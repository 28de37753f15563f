import { AppointmentsService } from '#appointments';
import { PrescriptionIssued } from '#emr';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

@OnEvent(PrescriptionIssued, 'notifications.tell-of-prescription')
export class OnPrescriptionIssued implements JobHandler<DataOf<typeof PrescriptionIssued>> {
  constructor(
    private readonly appointments: AppointmentsService,
    private readonly notifications: NotificationsService,
  ) {}

  async handle(
    _actor: Actor,
    { prescriptionId, appointmentId }: DataOf<typeof PrescriptionIssued>,
  ): Promise<void> {
    const { patient, practitioner } = await this.appointments.byId(appointmentId);
    if (patient.userId === null) return;
    await this.notifications.notify(patient.userId, {
      type: 'prescription_ready',
      ...MESSAGES.prescription_ready({ doctorName: practitioner.name }),
      data: { appointmentId, prescriptionId },
      cause: `prescription:${prescriptionId}`,
      mail: {},
    });
  }
}
