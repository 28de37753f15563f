import { AccountExportReady, AccountsService } from '#auth';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

@OnEvent(AccountExportReady, 'notifications.tell-of-export')
export class OnAccountExportReady implements JobHandler<DataOf<typeof AccountExportReady>> {
  constructor(
    private readonly accounts: AccountsService,
    private readonly notifications: NotificationsService,
  ) {}

  async handle(
    _actor: Actor,
    { exportId, userId, expiresAt }: DataOf<typeof AccountExportReady>,
  ): Promise<void> {
    const { timeZone } = await this.accounts.byId(userId);
    await this.notifications.notify(userId, {
      type: 'export_ready',
      ...MESSAGES.export_ready({ expiresAt: Temporal.Instant.from(expiresAt), timeZone }),
      data: {},
      cause: `account-export:${exportId}`,
      mail: {},
    });
  }
}
