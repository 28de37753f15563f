import { AppointmentsService } from '#appointments';
import type { Actor } from '#kernel';
import { ChartHandedOver } from '#patients';
import { Database, type DataOf, type JobHandler, OnEvent, Transactional } from '#platform';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';
import { RemindersService } from '../reminders/reminders.service.ts';

/** The guardian hears that it is done, and whoever has taken over is reminded of the visits to come. */
@OnEvent(ChartHandedOver, 'notifications.follow-handover')
export class OnChartHandedOver implements JobHandler<DataOf<typeof ChartHandedOver>> {
  constructor(
    private readonly database: Database,
    private readonly appointments: AppointmentsService,
    private readonly reminders: RemindersService,
    private readonly notifications: NotificationsService,
  ) {}

  @Transactional()
  async handle(
    _actor: Actor,
    { patientId, guardianUserId, userId }: DataOf<typeof ChartHandedOver>,
  ): Promise<void> {
    await this.notifications.notify(guardianUserId, {
      type: 'chart_handed_over',
      ...MESSAGES.chart_handed_over(),
      data: {},
      cause: `chart-handed-over:${patientId}:${userId}`,
      mail: {},
    });
    const toCome = await this.database.query
      .selectFrom('appointments')
      .select('id')
      .where('patientId', '=', patientId)
      .where('status', 'in', ['scheduled', 'arrived'])
      .execute();
    // The guardian's own reminders end quietly: whoever is no party of a visit any more is not reminded of it.
    for (const { id } of toCome) await this.reminders.plan(await this.appointments.byId(id));
  }
}
