import { AppointmentExpired } from '#appointments';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { PaymentReader } from './payment-reader.ts';
import { ReconcilerService } from './reconciler.service.ts';

/** The slot is free again: nobody shall pay for it. */
@OnEvent(AppointmentExpired, 'payments.close-expired')
export class OnAppointmentExpired implements JobHandler<DataOf<typeof AppointmentExpired>> {
  constructor(
    private readonly payments: PaymentReader,
    private readonly reconciler: ReconcilerService,
  ) {}

  async handle(actor: Actor, { appointmentId }: DataOf<typeof AppointmentExpired>): Promise<void> {
    const payment = await this.payments.ofVisit(appointmentId);
    if (payment) await this.reconciler.close(actor, payment.id);
  }
}
