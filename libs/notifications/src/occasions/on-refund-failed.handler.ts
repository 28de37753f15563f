import { AppointmentsService } from '#appointments';
import { AccountAdministrationService } from '#auth';
import type { Actor } from '#kernel';
import { PaymentsService, RefundFailed, RefundsService } from '#payments';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';
import { payerFacts } from './visit-party.ts';

/** The patient waits for money that has not come; an administrator can try it again. */
@OnEvent(RefundFailed, 'notifications.tell-of-failed-refund')
export class OnRefundFailed implements JobHandler<DataOf<typeof RefundFailed>> {
  constructor(
    private readonly accounts: AccountAdministrationService,
    private readonly appointments: AppointmentsService,
    private readonly payments: PaymentsService,
    private readonly refunds: RefundsService,
    private readonly notifications: NotificationsService,
  ) {}

  async handle(
    actor: Actor,
    { refundId, paymentId, appointmentId }: DataOf<typeof RefundFailed>,
  ): Promise<void> {
    const { payerUserId } = await this.payments.visible(actor, paymentId);
    const { amount } = await this.refunds.get(actor, refundId);
    const visit = await this.appointments.byId(appointmentId);
    const about = { data: { appointmentId, paymentId, refundId }, mail: {} };
    await this.notifications.notify(payerUserId, {
      type: 'refund_failed',
      ...MESSAGES.refund_failed({ ...payerFacts(visit), amount }),
      cause: `refund_failed:${refundId}`,
      ...about,
    });
    for (const userId of await this.accounts.administrators()) {
      await this.notifications.notify(userId, {
        type: 'refund_to_look_at',
        ...MESSAGES.refund_to_look_at({ amount }),
        cause: `refund_to_look_at:${refundId}`,
        ...about,
      });
    }
  }
}
