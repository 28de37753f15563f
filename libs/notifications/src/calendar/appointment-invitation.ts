import ical, {
  ICalAlarmType,
  ICalAttendeeRole,
  ICalAttendeeStatus,
  type ICalCalendar,
  ICalCalendarMethod,
  ICalEventClass,
  ICalEventStatus,
} from 'ical-generator';

/** `request` for a new or changed appointment, `cancel` for one that will not take place. */
export interface AppointmentInvitation extends CalendarEntry {
  readonly method: 'request' | 'cancel';
  readonly attendees: readonly CalendarParty[];
}

/** A visit in a calendar. Its words are those of the reader's language. */
export interface CalendarEntry {
  readonly appointmentId: string;
  /** What follows the `@` in the event's UID. It may never change, or calendars would keep two events. */
  readonly domain: string;
  /** 0 at first, one more each time the appointment moves or is cancelled. */
  readonly sequence: number;
  /** When what it says was last changed. */
  readonly stampedAt: Temporal.Instant;
  readonly startsAt: Temporal.Instant;
  readonly endsAt: Temporal.Instant;
  readonly title: string;
  readonly description: string | null;
  /** Where its people meet; none when it is past. */
  readonly visitUrl: string | null;
  readonly organizer: CalendarParty;
}

export interface CalendarParty {
  readonly name: string;
  readonly email: string;
}

const PRODUCT = { company: 'Televisit', product: 'Appointments', language: 'EN' };
const ALARM_SECONDS = 15 * 60;
/** How often a program that subscribes is asked to look. */
const REFRESH_SECONDS = 60 * 60;

/**
 * The appointment as an iCalendar object (RFC 5545) for an e-mail: method REQUEST or CANCEL (RFC 5546). It says who
 * meets when and where, and nothing about health, because calendars are shared. The same input gives the same text.
 */
export function appointmentInvitation(input: AppointmentInvitation): string {
  const request = input.method === 'request';
  const calendar = ical({
    prodId: PRODUCT,
    method: request ? ICalCalendarMethod.REQUEST : ICalCalendarMethod.CANCEL,
  });
  calendar.createEvent({
    ...eventOf(input),
    status: request ? ICalEventStatus.CONFIRMED : ICalEventStatus.CANCELLED,
    // Both sides agreed when the visit was booked: there is nothing left to answer, and nobody reads replies.
    attendees: input.attendees.map((attendee) => ({
      ...party(attendee),
      role: ICalAttendeeRole.REQ,
      status: ICalAttendeeStatus.ACCEPTED,
      rsvp: false,
    })),
    alarms: request ? [{ type: ICalAlarmType.display, triggerBefore: ALARM_SECONDS }] : [],
  });
  return textOf(calendar);
}

/**
 * Visits as a calendar that a program subscribes to: method PUBLISH, whose entries have no attendees (RFC 5546
 * §3.2.1) and no alarms, since who subscribes is reminded by us. What is left out is gone from the subscriber's
 * calendar. The same input gives the same text.
 */
export function publishedCalendar(name: string, entries: readonly CalendarEntry[]): string {
  const calendar = ical({
    prodId: PRODUCT,
    method: ICalCalendarMethod.PUBLISH,
    name: oneLine(name),
    ttl: REFRESH_SECONDS,
  });
  for (const entry of entries) {
    calendar.createEvent({ ...eventOf(entry), status: ICalEventStatus.CONFIRMED });
  }
  return textOf(calendar);
}

function eventOf(entry: CalendarEntry) {
  return {
    id: address(`${entry.appointmentId}@${entry.domain}`),
    sequence: entry.sequence,
    stamp: entry.stampedAt,
    start: entry.startsAt,
    end: entry.endsAt,
    summary: oneLine(entry.title),
    description: entry.description,
    location: entry.visitUrl && oneLine(entry.visitUrl),
    class: ICalEventClass.PRIVATE,
    organizer: party(entry.organizer),
  };
}

/** The library leaves out the line break that ends the last line. */
const textOf = (calendar: ICalCalendar) => `${calendar.toString().trimEnd()}\r\n`;

function party({ name, email }: CalendarParty): CalendarParty {
  const mail = address(email);
  return { name: oneLine(name) || mail, email: mail };
}

/** iCalendar has no way to write a control character (RFC 5545 §3.1), and the library passes them on. */
function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
}

/** Addresses and ids are written as they are, not escaped, so that nothing may end their line. */
function address(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Z}]+/gu, '');
}
