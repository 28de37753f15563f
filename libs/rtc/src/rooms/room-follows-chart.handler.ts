import type { Actor } from '#kernel';
import { ChartHandedOver } from '#patients';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { RoomsService } from './rooms.service.ts';

/** Who was the patient's guardian has no place in the patient's call any more. */
@OnEvent(ChartHandedOver, 'rtc.follow-handover')
export class RoomFollowsChart implements JobHandler<DataOf<typeof ChartHandedOver>> {
  constructor(private readonly rooms: RoomsService) {}

  async handle(_actor: Actor, { patientId, guardianUserId }: DataOf<typeof ChartHandedOver>): Promise<void> {
    await this.rooms.sendOut(patientId, guardianUserId);
  }
}
