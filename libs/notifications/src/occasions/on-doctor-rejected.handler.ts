import { DoctorRejected } from '#doctors';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

@OnEvent(DoctorRejected, 'notifications.tell-of-rejection')
export class OnDoctorRejected implements JobHandler<DataOf<typeof DoctorRejected>> {
  constructor(private readonly notifications: NotificationsService) {}

  async handle(
    _actor: Actor,
    { doctorId, userId, decisionId }: DataOf<typeof DoctorRejected>,
  ): Promise<void> {
    await this.notifications.notify(userId, {
      type: 'doctor_rejected',
      ...MESSAGES.doctor_rejected(),
      data: { doctorId },
      cause: `licence_decision:${decisionId}`,
      mail: {},
    });
  }
}
