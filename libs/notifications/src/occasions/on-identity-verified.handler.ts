import { IdentityVerified } from '#auth';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

@OnEvent(IdentityVerified, 'notifications.tell-of-identity')
export class OnIdentityVerified implements JobHandler<DataOf<typeof IdentityVerified>> {
  constructor(private readonly notifications: NotificationsService) {}

  async handle(_actor: Actor, { verificationId, userId }: DataOf<typeof IdentityVerified>): Promise<void> {
    await this.notifications.notify(userId, {
      type: 'identity_approved',
      ...MESSAGES.identity_approved(),
      data: {},
      cause: `identity:${verificationId}:approved`,
      mail: {},
    });
  }
}
