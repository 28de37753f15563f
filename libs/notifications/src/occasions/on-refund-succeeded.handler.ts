import { AppointmentsService } from '#appointments';
import type { Actor } from '#kernel';
import { PaymentsService, RefundSucceeded, RefundsService } from '#payments';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';
import { payerFacts } from './visit-party.ts';

@OnEvent(RefundSucceeded, 'notifications.tell-of-refund')
export class OnRefundSucceeded implements JobHandler<DataOf<typeof RefundSucceeded>> {
  constructor(
    private readonly appointments: AppointmentsService,
    private readonly payments: PaymentsService,
    private readonly refunds: RefundsService,
    private readonly notifications: NotificationsService,
  ) {}

  async handle(
    actor: Actor,
    { refundId, paymentId, appointmentId }: DataOf<typeof RefundSucceeded>,
  ): Promise<void> {
    const { payerUserId } = await this.payments.visible(actor, paymentId);
    const { amount } = await this.refunds.get(actor, refundId);
    const visit = await this.appointments.byId(appointmentId);
    await this.notifications.notify(payerUserId, {
      type: 'refund_made',
      ...MESSAGES.refund_made({ ...payerFacts(visit), amount }),
      data: { appointmentId, paymentId, refundId },
      cause: `refund:${refundId}`,
      mail: {},
    });
  }
}
