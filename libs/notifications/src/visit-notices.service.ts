import { Injectable } from '@nestjs/common';
import addressparser from 'nodemailer/lib/addressparser';
import { type Appointment, AppointmentsService } from '#appointments';
import { AccountsService } from '#auth';
import { Config, Database, type Mail } from '#platform';
import { RoomsService } from '#rtc';
import { appointmentInvitation, type CalendarParty } from './appointment-invitation.ts';
import { MESSAGES } from './messages.ts';
import { NotificationsService } from './notifications.service.ts';
import { factsFor, partiesOf, type VisitParty } from './visit-party.ts';

/** What follows the `@` in a calendar entry's UID. For ever: another one would be another entry. */
const CALENDAR_DOMAIN = 'televisit';

export interface VisitNotice {
  readonly type:
    | 'appointment_confirmed'
    | 'appointment_rescheduled'
    | 'appointment_cancelled'
    | 'appointment_reminder'
    | 'appointment_started';
  readonly cause: string;
  /** Not for what is of use at once or not at all. */
  readonly mail: boolean;
  /** The mail changes the entry in the reader's calendar. */
  readonly calendar?: boolean;
}

/** Tells the people of a visit of it, each in their own time zone. */
@Injectable()
export class VisitNotices {
  readonly #organizer: CalendarParty;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly appointments: AppointmentsService,
    private readonly rooms: RoomsService,
    private readonly notifications: NotificationsService,
  ) {
    const [sender] = addressparser(config.env.MAIL_FROM, { flatten: true });
    this.#organizer = { name: sender?.name ?? '', email: sender?.address ?? '' };
  }

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
    const room = notice.type === 'appointment_cancelled' ? null : await this.#room(visit.id);
    await this.notifications.notify(party.userId, {
      type: notice.type,
      cause: notice.cause,
      ...MESSAGES[notice.type](factsFor(party, visit)),
      data: { appointmentId: visit.id, ...(room && { roomId: room.id }) },
      ...(room && { link: { label: 'letter.join', url: room.url } }),
      ...(notice.mail && {
        mail: { ...(notice.calendar && { invitation: await this.#invitation(party, visit, room?.url) }) },
      }),
      ...(notice.type === 'appointment_reminder' && { usefulUntil: visit.startsAt }),
    });
  }

  async #room(appointmentId: string): Promise<{ id: string; url: string }> {
    const { id } = await this.rooms.ensureForAppointment(appointmentId);
    return { id, url: new URL(`/visit/${id}`, this.config.env.BASE_URL).href };
  }

  /** Each person gets an entry of their own: neither learns the other's address. */
  async #invitation(
    { userId, name }: VisitParty,
    visit: Appointment,
    visitUrl: string | undefined,
  ): Promise<Mail['invitation']> {
    const { email } = await this.accounts.byId(userId);
    const entry = {
      appointmentId: visit.id,
      domain: CALENDAR_DOMAIN,
      sequence: visit.sequence,
      stampedAt: visit.updatedAt,
      startsAt: visit.startsAt,
      endsAt: visit.endsAt,
      doctorName: visit.practitioner.name,
      organizer: this.#organizer,
      attendees: [{ name, email }],
    };
    return visitUrl === undefined
      ? { method: 'CANCEL', content: appointmentInvitation({ ...entry, method: 'cancel' }) }
      : { method: 'REQUEST', content: appointmentInvitation({ ...entry, method: 'request', visitUrl }) };
  }
}
