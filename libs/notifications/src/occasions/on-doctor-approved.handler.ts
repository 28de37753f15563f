import { DoctorApproved } from '#doctors';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

@OnEvent(DoctorApproved, 'notifications.tell-of-approval')
export class OnDoctorApproved implements JobHandler<DataOf<typeof DoctorApproved>> {
  constructor(private readonly notifications: NotificationsService) {}

  async handle(
    _actor: Actor,
    { doctorId, userId, decisionId }: DataOf<typeof DoctorApproved>,
  ): Promise<void> {
    await this.notifications.notify(userId, {
      type: 'doctor_approved',
      ...MESSAGES.doctor_approved(),
      data: { doctorId },
      cause: `licence_decision:${decisionId}`,
      mail: {},
    });
  }
}
