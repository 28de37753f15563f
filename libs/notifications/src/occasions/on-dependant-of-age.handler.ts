import type { Actor } from '#kernel';
import { DependantOfAge } from '#patients';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

@OnEvent(DependantOfAge, 'notifications.tell-guardian-of-age')
export class OnDependantOfAge implements JobHandler<DataOf<typeof DependantOfAge>> {
  constructor(private readonly notifications: NotificationsService) {}

  async handle(
    _actor: Actor,
    { patientId, guardianUserId, day }: DataOf<typeof DependantOfAge>,
  ): Promise<void> {
    await this.notifications.notify(guardianUserId, {
      type: 'dependant_of_age',
      ...MESSAGES.dependant_of_age(),
      data: { patientId },
      cause: `of-age:${patientId}:${day}`,
      mail: {},
    });
  }
}
