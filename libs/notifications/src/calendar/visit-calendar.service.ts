import { Injectable } from '@nestjs/common';
import { type Appointment, AppointmentsService } from '#appointments';
import { AccountsService } from '#auth';
import { conflict, forbidden, type UserActor } from '#kernel';
import type { Mail } from '#platform';
import { RoomsService } from '#rtc';
import { isToTakePlace, partiesOf, type VisitParty } from '../occasions/visit-party.ts';
import { appointmentInvitation } from './appointment-invitation.ts';
import { VisitEntries } from './visit-entries.ts';

/** A visit as an entry in the calendar of one of its people. */
@Injectable()
export class VisitCalendar {
  constructor(
    private readonly accounts: AccountsService,
    private readonly appointments: AppointmentsService,
    private readonly rooms: RoomsService,
    private readonly entries: VisitEntries,
  ) {}

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
    { userId, name, side }: VisitParty,
    visit: Appointment,
  ): Promise<NonNullable<Mail['invitation']>> {
    const { email, language } = await this.accounts.byId(userId);
    const isCancelled = visit.status === 'cancelled';
    const room = isToTakePlace(visit) ? await this.room(visit.id) : null;
    const { practitioner } = visit;
    const entry = this.entries.entry(
      { ...visit, side, doctorName: practitioner.name, isCancelled, roomId: room && room.id },
      language,
    );
    const attendees = [{ name, email }];
    return isCancelled
      ? { method: 'CANCEL', content: appointmentInvitation({ ...entry, attendees, method: 'cancel' }) }
      : { method: 'REQUEST', content: appointmentInvitation({ ...entry, attendees, method: 'request' }) };
  }

  /** Where the people of a visit that is to take place meet. */
  async room(appointmentId: string): Promise<{ id: string; url: string }> {
    const { id } = await this.rooms.ensureForAppointment(appointmentId);
    return { id, url: this.entries.visitUrl(id) };
  }
}
