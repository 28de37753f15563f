import { AppointmentsService } from '#appointments';
import type { Actor } from '#kernel';
import { PaymentSucceeded, PaymentsService } from '#payments';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';
import { payerFacts } from './visit-party.ts';

@OnEvent(PaymentSucceeded, 'notifications.send-receipt')
export class OnPaymentSucceeded implements JobHandler<DataOf<typeof PaymentSucceeded>> {
  constructor(
    private readonly appointments: AppointmentsService,
    private readonly payments: PaymentsService,
    private readonly notifications: NotificationsService,
  ) {}

  async handle(actor: Actor, { paymentId, appointmentId }: DataOf<typeof PaymentSucceeded>): Promise<void> {
    const { payerUserId, amount } = await this.payments.visible(actor, paymentId);
    const visit = await this.appointments.byId(appointmentId);
    await this.notifications.notify(payerUserId, {
      type: 'payment_received',
      ...MESSAGES.payment_received({ ...payerFacts(visit), amount }),
      data: { appointmentId, paymentId },
      cause: `payment:${paymentId}`,
      mail: {},
    });
  }
}
