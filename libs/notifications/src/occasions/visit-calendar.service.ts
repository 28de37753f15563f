import { Injectable } from '@nestjs/common';
import addressparser from 'nodemailer/lib/addressparser';
import { type Appointment, AppointmentsService } from '#appointments';
import { AccountsService } from '#auth';
import { conflict, forbidden, type UserActor } from '#kernel';
import { Config, type Mail } from '#platform';
import { RoomsService } from '#rtc';
import { appointmentInvitation, type CalendarParty } from './appointment-invitation.ts';
import { isToTakePlace, partiesOf, type VisitParty } from './visit-party.ts';

/** What follows the `@` in a calendar entry's UID. For ever: another one would be another entry. */
const CALENDAR_DOMAIN = 'televisit';

/** A visit as an entry in the calendar of one of its people. */
@Injectable()
export class VisitCalendar {
  readonly #organizer: CalendarParty;

  constructor(
    private readonly config: Config,
    private readonly accounts: AccountsService,
    private readonly appointments: AppointmentsService,
    private readonly rooms: RoomsService,
  ) {
    const [sender] = addressparser(config.env.MAIL_FROM, { flatten: true });
    this.#organizer = { name: sender?.name ?? '', email: sender?.address ?? '' };
  }

  /**
   * The entry that the actor's mails carry, to be fetched at any time.
   * @throws not_found `appointment_not_found`; forbidden `not_a_participant`; conflict
   *   `appointment_not_confirmed` for a slot that was never more than held
   */
  async entryOf(actor: UserActor, appointmentId: string): Promise<string> {
    const visit = await this.appointments.visible(actor, appointmentId);
    const party = partiesOf(visit).find(({ userId }) => userId === actor.userId);
    if (!party) throw forbidden('not_a_participant', 'A visit is in the calendars of its people only.');
    if (visit.status === 'held' || visit.status === 'expired') {
      throw conflict('appointment_not_confirmed', 'The visit is not sure yet.', { status: visit.status });
    }
    return (await this.invitation(party, visit)).content;
  }

  /** Each person gets an entry of their own: neither learns the other's address. */
  async invitation(
    { userId, name }: VisitParty,
    visit: Appointment,
  ): Promise<NonNullable<Mail['invitation']>> {
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
    if (visit.status === 'cancelled') {
      return { method: 'CANCEL', content: appointmentInvitation({ ...entry, method: 'cancel' }) };
    }
    const visitUrl = isToTakePlace(visit) ? (await this.room(visit.id)).url : null;
    return { method: 'REQUEST', content: appointmentInvitation({ ...entry, method: 'request', visitUrl }) };
  }

  /** Where the people of a visit that is to take place meet. */
  async room(appointmentId: string): Promise<{ id: string; url: string }> {
    const { id } = await this.rooms.ensureForAppointment(appointmentId);
    return { id, url: new URL(`/visit/${id}`, this.config.env.BASE_URL).href };
  }
}
