import { LicenceRevoked } from '#doctors';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

@OnEvent(LicenceRevoked, 'notifications.tell-of-revocation')
export class OnLicenceRevoked implements JobHandler<DataOf<typeof LicenceRevoked>> {
  constructor(private readonly notifications: NotificationsService) {}

  async handle(
    _actor: Actor,
    { doctorId, userId, decisionId }: DataOf<typeof LicenceRevoked>,
  ): Promise<void> {
    await this.notifications.notify(userId, {
      type: 'licence_revoked',
      ...MESSAGES.licence_revoked(),
      data: { doctorId },
      cause: `licence_decision:${decisionId}`,
      mail: {},
    });
  }
}
