import ical, {
  ICalAlarmType,
  ICalAttendeeRole,
  ICalAttendeeStatus,
  ICalCalendarMethod,
  ICalEventClass,
  ICalEventStatus,
} from 'ical-generator';

/**
 * `request` for a new or changed appointment, without an address when it is past; `cancel` for one that will not
 * take place.
 */
export type AppointmentInvitation = CalendarEntry &
  ({ readonly method: 'request'; readonly visitUrl: string | null } | { readonly method: 'cancel' });

interface CalendarEntry {
  readonly appointmentId: string;
  /** What follows the `@` in the event's UID. It may never change, or calendars would keep two events. */
  readonly domain: string;
  /** 0 at first, one more each time the appointment moves or is cancelled. */
  readonly sequence: number;
  /** When this invitation was made. */
  readonly stampedAt: Temporal.Instant;
  readonly startsAt: Temporal.Instant;
  readonly endsAt: Temporal.Instant;
  /** With the title, such as `Dr. Ananya Rao`. */
  readonly doctorName: string;
  readonly organizer: CalendarParty;
  readonly attendees: readonly CalendarParty[];
}

export interface CalendarParty {
  readonly name: string;
  readonly email: string;
}

const ALARM_SECONDS = 15 * 60;

/**
 * The appointment as an iCalendar object (RFC 5545) for an e-mail: method REQUEST or CANCEL (RFC 5546). It says who
 * meets when and where, and nothing about health, because calendars are shared. The same input gives the same text.
 */
export function appointmentInvitation(input: AppointmentInvitation): string {
  const request = input.method === 'request';
  const visitUrl = request && input.visitUrl !== null ? oneLine(input.visitUrl) : null;
  const calendar = ical({
    prodId: { company: 'Televisit', product: 'Appointments', language: 'EN' },
    method: request ? ICalCalendarMethod.REQUEST : ICalCalendarMethod.CANCEL,
  });
  calendar.createEvent({
    id: address(`${input.appointmentId}@${input.domain}`),
    sequence: input.sequence,
    stamp: input.stampedAt,
    start: input.startsAt,
    end: input.endsAt,
    summary: `Video visit with ${oneLine(input.doctorName)}`,
    description: describe(request, visitUrl),
    location: visitUrl,
    class: ICalEventClass.PRIVATE,
    status: request ? ICalEventStatus.CONFIRMED : ICalEventStatus.CANCELLED,
    organizer: party(input.organizer),
    // Both sides agreed when the visit was booked: there is nothing left to answer, and nobody reads replies.
    attendees: input.attendees.map((attendee) => ({
      ...party(attendee),
      role: ICalAttendeeRole.REQ,
      status: ICalAttendeeStatus.ACCEPTED,
      rsvp: false,
    })),
    alarms: request ? [{ type: ICalAlarmType.display, triggerBefore: ALARM_SECONDS }] : [],
  });
  // The library leaves out the line break that ends the last line.
  return `${calendar.toString().trimEnd()}\r\n`;
}

function describe(request: boolean, visitUrl: string | null): string | null {
  if (!request) return 'This visit has been cancelled.';
  return (
    visitUrl &&
    `Join the visit here:\n${visitUrl}\n\nOpen the link a few minutes early to check your camera and microphone.`
  );
}

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
