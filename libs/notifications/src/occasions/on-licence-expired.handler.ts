import { LicenceExpired } from '#doctors';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

@OnEvent(LicenceExpired, 'notifications.tell-of-expired-licence')
export class OnLicenceExpired implements JobHandler<DataOf<typeof LicenceExpired>> {
  constructor(private readonly notifications: NotificationsService) {}

  async handle(
    _actor: Actor,
    { doctorId, userId, decisionId }: DataOf<typeof LicenceExpired>,
  ): Promise<void> {
    await this.notifications.notify(userId, {
      type: 'licence_expired',
      ...MESSAGES.licence_expired(),
      data: { doctorId },
      cause: `licence_decision:${decisionId}`,
      mail: {},
    });
  }
}
