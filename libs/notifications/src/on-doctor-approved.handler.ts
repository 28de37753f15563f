import { DoctorApproved, DoctorsService } from '#doctors';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { MESSAGES } from './messages.ts';
import { NotificationsService } from './notifications.service.ts';

@OnEvent(DoctorApproved, 'notifications.tell-of-approval')
export class OnDoctorApproved implements JobHandler<DataOf<typeof DoctorApproved>> {
  constructor(
    private readonly doctors: DoctorsService,
    private readonly notifications: NotificationsService,
  ) {}

  async handle(_actor: Actor, { doctorId, userId }: DataOf<typeof DoctorApproved>): Promise<void> {
    const { kycStatus, kycReviewedAt } = await this.doctors.byId(doctorId);
    // A later step has overtaken the decision, and tells of itself.
    if (kycStatus !== 'approved' || kycReviewedAt === null) return;
    await this.notifications.notify(userId, {
      type: 'doctor_approved',
      ...MESSAGES.doctor_approved(),
      data: { doctorId },
      cause: `doctor:${doctorId}:${kycReviewedAt.toString()}`,
      mail: {},
    });
  }
}
