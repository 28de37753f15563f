import { AppointmentCancelled } from '#appointments';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { isOpen } from '../checkout/payment.states.ts';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { ReconcilerService } from '../checkout/reconciler.service.ts';
import { VisitOutcomeService } from './visit-outcome.service.ts';

/** Gives back what the policy promises, or sees to it that nobody pays for a visit that will not be. */
@OnEvent(AppointmentCancelled, 'payments.refund-cancelled')
export class OnAppointmentCancelled implements JobHandler<DataOf<typeof AppointmentCancelled>> {
  constructor(
    private readonly payments: PaymentReader,
    private readonly reconciler: ReconcilerService,
    private readonly outcome: VisitOutcomeService,
  ) {}

  async handle(actor: Actor, { appointmentId }: DataOf<typeof AppointmentCancelled>): Promise<void> {
    const payment = await this.payments.ofVisit(appointmentId);
    if (!payment) return;
    // If it turns out to be paid, settling it finds the slot lost and gives everything back.
    if (isOpen(payment.status)) return this.reconciler.close(actor, payment.id);
    await this.outcome.settle(actor, appointmentId);
  }
}
