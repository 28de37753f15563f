import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import {
  type AppointmentInvitation,
  appointmentInvitation,
  publishedCalendar,
} from './appointment-invitation.ts';

const invitation: AppointmentInvitation = {
  method: 'request',
  appointmentId: '01960000-0000-7000-8000-000000000001',
  domain: 'televisit',
  sequence: 0,
  stampedAt: Temporal.Instant.from('2026-03-01T10:00:00.123Z'),
  startsAt: Temporal.Instant.from('2026-03-03T08:30:00Z'),
  endsAt: Temporal.Instant.from('2026-03-03T09:00:00Z'),
  title: 'Video visit with Dr. Ananya Rao',
  description:
    'Join the visit here:\nhttps://televisit.test/visit/1?from=mail,calendar;x\n\nOpen the link early.',
  organizer: { name: 'Televisit', email: 'visits@televisit.test' },
  attendees: [
    { name: 'Łukasz Żółć', email: 'patient@televisit.test' },
    { name: 'Dr. Ananya Rao', email: 'dr.rao@televisit.test' },
  ],
  visitUrl: 'https://televisit.test/visit/1?from=mail,calendar;x',
};

describe('appointmentInvitation', () => {
  it('invites to an appointment', () => {
    expect(unfold(appointmentInvitation(invitation))).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Televisit//Appointments//EN',
      'METHOD:REQUEST',
      'BEGIN:VEVENT',
      'UID:01960000-0000-7000-8000-000000000001@televisit',
      'SEQUENCE:0',
      'DTSTAMP:20260301T100000Z',
      'DTSTART:20260303T083000Z',
      'DTEND:20260303T090000Z',
      'SUMMARY:Video visit with Dr. Ananya Rao',
      'LOCATION:https://televisit.test/visit/1?from=mail\\,calendar\\;x',
      'DESCRIPTION:Join the visit here:\\nhttps://televisit.test/visit/1?from=mail\\,calendar\\;x\\n\\nOpen the link early.',
      'ORGANIZER;CN="Televisit":mailto:visits@televisit.test',
      'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE;CN="Łukasz Żółć":MAILTO:patient@televisit.test',
      'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE;CN="Dr. Ananya Rao":MAILTO:dr.rao@televisit.test',
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      'TRIGGER:-PT15M',
      'DESCRIPTION:Video visit with Dr. Ananya Rao',
      'END:VALARM',
      'STATUS:CONFIRMED',
      'CLASS:PRIVATE',
      'END:VEVENT',
      'END:VCALENDAR',
    ]);
  });

  it('cancels the same event, with a higher sequence and without an alarm', () => {
    const lines = unfold(
      appointmentInvitation({
        ...invitation,
        method: 'cancel',
        sequence: 2,
        description: 'Off.',
        visitUrl: null,
      }),
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        'METHOD:CANCEL',
        'UID:01960000-0000-7000-8000-000000000001@televisit',
        'SEQUENCE:2',
        'STATUS:CANCELLED',
      ]),
    );
    expect(lines).not.toContain('BEGIN:VALARM');
    expect(lines.join('\n')).not.toContain('Join the visit');
  });

  it('gives the same text for the same input', () => {
    expect(appointmentInvitation(invitation)).toBe(appointmentInvitation(invitation));
  });

  it('stays well-formed and says the same whatever the names are', () => {
    const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...HOSTILE) }));
    fc.assert(
      fc.property(anyText, anyText, anyText, (title, name, email) => {
        const text = appointmentInvitation({
          ...invitation,
          title,
          attendees: [{ name, email: `${email}@televisit.test` }],
        });
        for (const line of text.split('\r\n')) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
          expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        }
        const lines = unfold(text);
        expect(lines.map((line) => line.split(/[;:]/, 1)[0])).toEqual(PROPERTIES);
        const summary = lines.find((line) => line.startsWith('SUMMARY:'))?.slice('SUMMARY:'.length) ?? '';
        expect(unescape(summary)).toBe(title.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim());
      }),
    );
  });
});

describe('publishedCalendar', () => {
  it('lists visits under the same names, without who comes', () => {
    const later = { ...invitation, appointmentId: '01960000-0000-7000-8000-000000000002', visitUrl: null };
    const lines = unfold(publishedCalendar('Video visits', [invitation, { ...later, description: null }]));
    expect(lines).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Televisit//Appointments//EN',
      'METHOD:PUBLISH',
      'NAME:Video visits',
      'X-WR-CALNAME:Video visits',
      'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
      'X-PUBLISHED-TTL:PT1H',
      'BEGIN:VEVENT',
      'UID:01960000-0000-7000-8000-000000000001@televisit',
      'SEQUENCE:0',
      'DTSTAMP:20260301T100000Z',
      'DTSTART:20260303T083000Z',
      'DTEND:20260303T090000Z',
      'SUMMARY:Video visit with Dr. Ananya Rao',
      expect.stringMatching(/^LOCATION:/),
      expect.stringMatching(/^DESCRIPTION:/),
      'ORGANIZER;CN="Televisit":mailto:visits@televisit.test',
      'STATUS:CONFIRMED',
      'CLASS:PRIVATE',
      'END:VEVENT',
      'BEGIN:VEVENT',
      'UID:01960000-0000-7000-8000-000000000002@televisit',
      'SEQUENCE:0',
      'DTSTAMP:20260301T100000Z',
      'DTSTART:20260303T083000Z',
      'DTEND:20260303T090000Z',
      'SUMMARY:Video visit with Dr. Ananya Rao',
      'ORGANIZER;CN="Televisit":mailto:visits@televisit.test',
      'STATUS:CONFIRMED',
      'CLASS:PRIVATE',
      'END:VEVENT',
      'END:VCALENDAR',
    ]);
    expect(publishedCalendar('Video visits', [])).toContain('END:VCALENDAR');
  });
});

const HOSTILE = [
  '\r\n',
  '\n',
  ' ',
  ';',
  ':',
  ',',
  '"',
  '^',
  '\\',
  'n',
  '\u2028',
  '\u0000',
  'é',
  'म',
  '😀',
  'UID:',
];
const PROPERTIES = unfold(
  appointmentInvitation({ ...invitation, attendees: invitation.attendees.slice(0, 1) }),
).map((line) => line.split(/[;:]/, 1)[0]);

function unfold(text: string): string[] {
  expect(text.endsWith('\r\n')).toBe(true);
  return text.replaceAll('\r\n ', '').split('\r\n').slice(0, -1);
}

function unescape(text: string): string {
  return text.replace(/\\([\\;,])/g, '$1');
}
