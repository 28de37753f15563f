import { IdentityRejected } from '#auth';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

@OnEvent(IdentityRejected, 'notifications.tell-of-identity-rejection')
export class OnIdentityRejected implements JobHandler<DataOf<typeof IdentityRejected>> {
  constructor(private readonly notifications: NotificationsService) {}

  async handle(_actor: Actor, { verificationId, userId }: DataOf<typeof IdentityRejected>): Promise<void> {
    await this.notifications.notify(userId, {
      type: 'identity_rejected',
      ...MESSAGES.identity_rejected(),
      data: {},
      cause: `identity:${verificationId}:rejected`,
      mail: {},
    });
  }
}
