import { Injectable } from '@nestjs/common';
import { type Appointment, AppointmentsService } from '#appointments';
import { Database } from '#platform';
import { VisitCalendar } from '../calendar/visit-calendar.service.ts';
import { NotificationsService } from '../feed/notifications.service.ts';
import { MESSAGES } from '../messages/messages.ts';
import { factsFor, isToTakePlace, partiesOf, type VisitParty } from './visit-party.ts';

export interface VisitNotice {
  readonly type:
    | 'appointment_confirmed'
    | 'appointment_rescheduled'
    | 'appointment_cancelled'
    | 'appointment_reminder'
    | 'appointment_started'
    | 'appointment_delayed'
    | 'appointment_missed'
    | 'appointment_offered';
  readonly cause: string;
  /** Not for what is of use at once or not at all. */
  readonly mail: boolean;
  /** The mail changes the entry in the reader's calendar. */
  readonly calendar?: boolean;
}

/** Tells the people of a visit of it, each in their own time zone. */
@Injectable()
export class VisitNotices {
  constructor(
    private readonly database: Database,
    private readonly appointments: AppointmentsService,
    private readonly calendar: VisitCalendar,
    private readonly notifications: NotificationsService,
  ) {}

  /**
   * The visit as it stands. Events of one visit can arrive together and in any order; whoever tells of one
   * waits here for the others, so that nobody is reminded of a visit whose cancellation has been told.
   */
  async settled(appointmentId: string): Promise<Appointment> {
    await this.database.lock(`visit-notices:${appointmentId}`);
    return this.appointments.byId(appointmentId);
  }

  async tellBoth(visit: Appointment, notice: VisitNotice): Promise<void> {
    for (const party of partiesOf(visit)) await this.tell(party, visit, notice);
  }

  async tell(party: VisitParty, visit: Appointment, notice: VisitNotice): Promise<void> {
    const room = isToTakePlace(visit) ? await this.calendar.room(visit.id) : null;
    await this.notifications.notify(party.userId, {
      type: notice.type,
      cause: notice.cause,
      ...MESSAGES[notice.type](factsFor(party, visit)),
      data: { appointmentId: visit.id, ...(room && { roomId: room.id }) },
      ...(room && { link: { label: 'letter.join', url: room.url } }),
      ...(notice.mail && {
        mail: { ...(notice.calendar && { invitation: await this.calendar.invitation(party, visit) }) },
      }),
      ...(notice.type === 'appointment_reminder' && { usefulUntil: visit.startsAt }),
      ...(notice.type === 'appointment_offered' && { usefulUntil: visit.holdExpiresAt ?? visit.startsAt }),
    });
  }
}
