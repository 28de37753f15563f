import { AppointmentCancelled, AppointmentsService, quote } from '#appointments';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { isOpen } from '../checkout/payment.states.ts';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { ReconcilerService } from '../checkout/reconciler.service.ts';
import { EarningsService } from '../ledger/earnings.service.ts';
import { RefundsService } from './refunds.service.ts';

/** Gives back what the policy promises, or sees to it that nobody pays for a visit that will not be. */
@OnEvent(AppointmentCancelled, 'payments.refund-cancelled')
export class OnAppointmentCancelled implements JobHandler<DataOf<typeof AppointmentCancelled>> {
  constructor(
    private readonly payments: PaymentReader,
    private readonly reconciler: ReconcilerService,
    private readonly refunds: RefundsService,
    private readonly earnings: EarningsService,
    private readonly appointments: AppointmentsService,
  ) {}

  async handle(actor: Actor, { appointmentId, by }: DataOf<typeof AppointmentCancelled>): Promise<void> {
    const payment = await this.payments.ofVisit(appointmentId);
    if (!payment) return;
    // If it turns out to be paid, settling it finds the slot lost and gives everything back.
    if (isOpen(payment.status)) return this.reconciler.close(actor, payment.id);
    const visit = await this.appointments.byId(appointmentId);
    if (visit.cancelledAt === null) return;
    const { refund } = quote(visit, by, visit.cancelledAt);
    if (refund.amount > 0) await this.refunds.giveBack(actor, payment.id, 'appointment_cancelled', refund);
    // With a refund the rest is the doctor's when the refund has been made.
    else await this.earnings.release(actor, appointmentId);
  }
}
