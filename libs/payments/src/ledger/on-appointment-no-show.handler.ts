import { AppointmentNoShow } from '#appointments';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { RefundsService } from '../refunds/refunds.service.ts';
import { EarningsService } from './earnings.service.ts';

/** A doctor who waited in vain has earned the fee; a patient whose doctor did not come gets everything back. */
@OnEvent(AppointmentNoShow, 'payments.settle-no-show')
export class OnAppointmentNoShow implements JobHandler<DataOf<typeof AppointmentNoShow>> {
  constructor(
    private readonly payments: PaymentReader,
    private readonly refunds: RefundsService,
    private readonly earnings: EarningsService,
  ) {}

  async handle(actor: Actor, { appointmentId, absent }: DataOf<typeof AppointmentNoShow>): Promise<void> {
    if (absent === 'patient') return this.earnings.release(actor, appointmentId);
    const payment = await this.payments.ofVisit(appointmentId);
    if (payment) await this.refunds.giveBack(actor, payment.id, 'doctor_absent', payment.amount);
  }
}
