import { ChartOpenedInEmergency } from '#emr';
import type { Actor } from '#kernel';
import { PatientsService } from '#patients';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';

@OnEvent(ChartOpenedInEmergency, 'notifications.tell-of-emergency')
export class OnChartOpenedInEmergency implements JobHandler<DataOf<typeof ChartOpenedInEmergency>> {
  constructor(
    private readonly patients: PatientsService,
    private readonly notifications: NotificationsService,
  ) {}

  async handle(_actor: Actor, { grantId, patientId }: DataOf<typeof ChartOpenedInEmergency>): Promise<void> {
    const { accountUserId } = await this.patients.get(patientId);
    if (accountUserId === null) return;
    await this.notifications.notify(accountUserId, {
      type: 'chart_opened_in_emergency',
      ...MESSAGES.chart_opened_in_emergency(),
      data: { grantId },
      cause: `break-glass:${grantId}`,
      mail: {},
    });
  }
}
