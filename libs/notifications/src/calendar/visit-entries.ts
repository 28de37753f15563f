import { Injectable } from '@nestjs/common';
import addressparser from 'nodemailer/lib/addressparser';
import { Config, Translator } from '#platform';
import { Voice } from '../messages/voice.ts';
import type { CalendarEntry, CalendarParty } from './appointment-invitation.ts';

/** What follows the `@` in a calendar entry's UID. For ever: another one would be another entry. */
const CALENDAR_DOMAIN = 'televisit';

/** What an entry tells of a visit. */
export interface CalendarVisit {
  readonly id: string;
  readonly sequence: number;
  readonly startsAt: Temporal.Instant;
  readonly endsAt: Temporal.Instant;
  readonly updatedAt: Temporal.Instant;
  readonly doctorName: string;
  /** On which side its reader stands: a doctor's calendar does not name the patient. */
  readonly side: 'patient' | 'doctor';
  readonly isCancelled: boolean;
  /** The room, while one can still come. */
  readonly roomId: string | null;
}

/** Visits as calendars tell of them: who meets when and where, in the reader's language. */
@Injectable()
export class VisitEntries {
  readonly #organizer: CalendarParty;

  constructor(
    private readonly config: Config,
    private readonly translator: Translator,
  ) {
    const [sender] = addressparser(config.env.MAIL_FROM, { flatten: true });
    this.#organizer = { name: sender?.name ?? '', email: sender?.address ?? '' };
  }

  entry(visit: CalendarVisit, language: string): CalendarEntry {
    const voice = new Voice(this.translator, language);
    const visitUrl = visit.roomId && this.visitUrl(visit.roomId);
    return {
      appointmentId: visit.id,
      domain: CALENDAR_DOMAIN,
      sequence: visit.sequence,
      stampedAt: visit.updatedAt,
      startsAt: visit.startsAt,
      endsAt: visit.endsAt,
      title: voice.text(`calendar.${visit.side}`, { doctor: visit.doctorName }),
      description: visit.isCancelled
        ? voice.text('calendar.cancelled')
        : visitUrl && voice.text('calendar.join', { url: visitUrl }),
      visitUrl,
      organizer: this.#organizer,
    };
  }

  /** What a calendar of visits is called. */
  title(language: string): string {
    return new Voice(this.translator, language).text('calendar.name');
  }

  /** Where the people of a room meet. */
  visitUrl(roomId: string): string {
    return new URL(`/visit/${roomId}`, this.config.env.BASE_URL).href;
  }
}
