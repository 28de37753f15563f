import { AppointmentCompleted } from '#appointments';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { EarningsService } from './earnings.service.ts';

/** The doctor has earned it. */
@OnEvent(AppointmentCompleted, 'payments.release-earning')
export class OnAppointmentCompleted implements JobHandler<DataOf<typeof AppointmentCompleted>> {
  constructor(private readonly earnings: EarningsService) {}

  async handle(actor: Actor, { appointmentId }: DataOf<typeof AppointmentCompleted>): Promise<void> {
    await this.earnings.release(actor, appointmentId);
  }
}
