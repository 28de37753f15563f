import { DoctorRejected, DoctorsService } from '#doctors';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { MESSAGES } from './messages.ts';
import { NotificationsService } from './notifications.service.ts';

@OnEvent(DoctorRejected, 'notifications.tell-of-rejection')
export class OnDoctorRejected implements JobHandler<DataOf<typeof DoctorRejected>> {
  constructor(
    private readonly doctors: DoctorsService,
    private readonly notifications: NotificationsService,
  ) {}

  async handle(_actor: Actor, { doctorId, userId }: DataOf<typeof DoctorRejected>): Promise<void> {
    const { kycStatus, kycReviewedAt } = await this.doctors.byId(doctorId);
    // A later step has overtaken the decision, and tells of itself.
    if (kycStatus !== 'rejected' || kycReviewedAt === null) return;
    await this.notifications.notify(userId, {
      type: 'doctor_rejected',
      ...MESSAGES.doctor_rejected(),
      data: { doctorId },
      cause: `doctor:${doctorId}:${kycReviewedAt.toString()}`,
      mail: {},
    });
  }
}
