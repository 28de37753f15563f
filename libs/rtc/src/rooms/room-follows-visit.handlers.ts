import {
  AppointmentCancelled,
  AppointmentCompleted,
  AppointmentConfirmed,
  AppointmentNoShow,
  AppointmentStarted,
} from '#appointments';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { RoomsService } from './rooms.service.ts';

/** A visit that is confirmed gets its room. */
@OnEvent(AppointmentConfirmed, 'rtc.open-room')
export class OpenRoom implements JobHandler<DataOf<typeof AppointmentConfirmed>> {
  constructor(private readonly rooms: RoomsService) {}

  async handle(_actor: Actor, { appointmentId }: DataOf<typeof AppointmentConfirmed>): Promise<void> {
    await this.rooms.prepareFor(appointmentId);
  }
}

/** A visit that was begun elsewhere, from the calendar, opens its call too. */
@OnEvent(AppointmentStarted, 'rtc.activate-room')
export class ActivateRoom implements JobHandler<DataOf<typeof AppointmentStarted>> {
  constructor(private readonly rooms: RoomsService) {}

  async handle(actor: Actor, { appointmentId }: DataOf<typeof AppointmentStarted>): Promise<void> {
    await this.rooms.activate(actor, appointmentId);
  }
}

/** A visit that is over sends everybody out of its room. */
@OnEvent(AppointmentCompleted, 'rtc.close-completed-room')
export class CloseCompletedRoom implements JobHandler<DataOf<typeof AppointmentCompleted>> {
  constructor(private readonly rooms: RoomsService) {}

  async handle(actor: Actor, { appointmentId }: DataOf<typeof AppointmentCompleted>): Promise<void> {
    await this.rooms.close(actor, appointmentId, 'completed');
  }
}

/** A visit that is called off tells whoever waits for it. */
@OnEvent(AppointmentCancelled, 'rtc.close-cancelled-room')
export class CloseCancelledRoom implements JobHandler<DataOf<typeof AppointmentCancelled>> {
  constructor(private readonly rooms: RoomsService) {}

  async handle(actor: Actor, { appointmentId }: DataOf<typeof AppointmentCancelled>): Promise<void> {
    await this.rooms.close(actor, appointmentId, 'cancelled');
  }
}

/** A visit that somebody has missed keeps nobody waiting. */
@OnEvent(AppointmentNoShow, 'rtc.close-missed-room')
export class CloseMissedRoom implements JobHandler<DataOf<typeof AppointmentNoShow>> {
  constructor(private readonly rooms: RoomsService) {}

  async handle(actor: Actor, { appointmentId }: DataOf<typeof AppointmentNoShow>): Promise<void> {
    await this.rooms.close(actor, appointmentId, 'no_show');
  }
}
