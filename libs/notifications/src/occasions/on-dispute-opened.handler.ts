import { AccountAdministrationService } from '#auth';
import type { Actor } from '#kernel';
import { DisputeOpened, DisputesService } from '#payments';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

/** Somebody has to answer the bank in time. */
@OnEvent(DisputeOpened, 'notifications.tell-of-dispute')
export class OnDisputeOpened implements JobHandler<DataOf<typeof DisputeOpened>> {
  constructor(
    private readonly accounts: AccountAdministrationService,
    private readonly disputes: DisputesService,
    private readonly notifications: NotificationsService,
  ) {}

  async handle(
    actor: Actor,
    { disputeId, paymentId, appointmentId }: DataOf<typeof DisputeOpened>,
  ): Promise<void> {
    const { amount } = await this.disputes.get(actor, disputeId);
    for (const userId of await this.accounts.administrators()) {
      await this.notifications.notify(userId, {
        type: 'payment_disputed',
        ...MESSAGES.payment_disputed({ amount }),
        data: { appointmentId, paymentId, disputeId },
        cause: `dispute:${disputeId}`,
        mail: {},
      });
    }
  }
}
