import { AppointmentNoShow } from '#appointments';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { VisitOutcomeService } from './visit-outcome.service.ts';

/** A doctor who waited in vain has earned the fee; a patient whose doctor did not come gets everything back. */
@OnEvent(AppointmentNoShow, 'payments.settle-no-show')
export class OnAppointmentNoShow implements JobHandler<DataOf<typeof AppointmentNoShow>> {
  constructor(private readonly outcome: VisitOutcomeService) {}

  async handle(actor: Actor, { appointmentId }: DataOf<typeof AppointmentNoShow>): Promise<void> {
    await this.outcome.settle(actor, appointmentId);
  }
}
