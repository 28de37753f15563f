import { LicenceExpiring } from '#doctors';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

@OnEvent(LicenceExpiring, 'notifications.warn-of-expiring-licence')
export class OnLicenceExpiring implements JobHandler<DataOf<typeof LicenceExpiring>> {
  constructor(private readonly notifications: NotificationsService) {}

  async handle(
    _actor: Actor,
    { doctorId, userId, licenceId, daysLeft, lastDay }: DataOf<typeof LicenceExpiring>,
  ): Promise<void> {
    await this.notifications.notify(userId, {
      type: 'licence_expiring',
      ...MESSAGES.licence_expiring({ lastDay: Temporal.PlainDate.from(lastDay) }),
      data: { doctorId },
      cause: `licence:${licenceId}:${daysLeft}`,
      mail: {},
    });
  }
}
