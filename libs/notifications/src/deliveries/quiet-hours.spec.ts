import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { quietUntil } from './quiet-hours.ts';

const hours = (from: string, until: string) => ({
  from: Temporal.PlainTime.from(from),
  until: Temporal.PlainTime.from(until),
});

function endOf(now: string, zone: string, from: string, until: string): string | null {
  const end = quietUntil(Temporal.Instant.from(now), zone, hours(from, until));
  return end && end.toZonedDateTimeISO(zone).toString({ timeZoneName: 'never' });
}

describe('quiet hours', () => {
  it('last from their beginning to just before their end', () => {
    expect(endOf('2026-06-10T12:59:59Z', 'UTC', '13:00', '15:00')).toBeNull();
    expect(endOf('2026-06-10T13:00:00Z', 'UTC', '13:00', '15:00')).toBe('2026-06-10T15:00:00+00:00');
    expect(endOf('2026-06-10T14:59:59Z', 'UTC', '13:00', '15:00')).toBe('2026-06-10T15:00:00+00:00');
    expect(endOf('2026-06-10T15:00:00Z', 'UTC', '13:00', '15:00')).toBeNull();
  });

  it('pass midnight, by the clock of the person', () => {
    expect(endOf('2026-06-10T16:30:00Z', 'Asia/Kolkata', '22:00', '07:00')).toBe('2026-06-11T07:00:00+05:30');
    expect(endOf('2026-06-11T01:29:00Z', 'Asia/Kolkata', '22:00', '07:00')).toBe('2026-06-11T07:00:00+05:30');
    expect(endOf('2026-06-11T01:30:00Z', 'Asia/Kolkata', '22:00', '07:00')).toBeNull();
  });

  it('end at seven by the clock in the nights when it is changed', () => {
    // New York: forward on 8 March, back on 1 November 2026.
    expect(endOf('2026-03-08T04:00:00Z', 'America/New_York', '22:00', '07:00')).toBe(
      '2026-03-08T07:00:00-04:00',
    );
    expect(endOf('2026-11-01T03:00:00Z', 'America/New_York', '22:00', '07:00')).toBe(
      '2026-11-01T07:00:00-05:00',
    );
    // Lord Howe: back by half an hour on 5 April 2026.
    expect(endOf('2026-04-04T12:00:00Z', 'Australia/Lord_Howe', '22:00', '07:00')).toBe(
      '2026-04-05T07:00:00+10:30',
    );
  });

  it('end after the gap when the clock skips their end', () => {
    expect(endOf('2026-03-08T06:00:00Z', 'America/New_York', '22:00', '02:30')).toBe(
      '2026-03-08T03:30:00-04:00',
    );
  });

  it('end at the first end still ahead when the clock shows it twice', () => {
    expect(endOf('2026-11-01T05:15:00Z', 'America/New_York', '22:00', '01:30')).toBe(
      '2026-11-01T01:30:00-04:00',
    );
    expect(endOf('2026-11-01T06:15:00Z', 'America/New_York', '22:00', '01:30')).toBe(
      '2026-11-01T01:30:00-05:00',
    );
  });

  it('always end later than now and within a day, at their end by the clock', () => {
    const zone = fc.constantFrom('America/New_York', 'Europe/London', 'Asia/Kolkata', 'Australia/Lord_Howe');
    const minute = fc.integer({ min: 0, max: 1439 });
    const time = (at: number) => Temporal.PlainTime.from('00:00').add({ minutes: at });
    const begin = Temporal.Instant.from('2026-01-01T00:00:00Z').epochMilliseconds;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 366 * 24 * 60 }),
        zone,
        minute,
        minute,
        (at, timeZone, from, until) => {
          fc.pre(from !== until);
          const now = Temporal.Instant.fromEpochMilliseconds(begin + at * 60_000);
          const end = quietUntil(now, timeZone, { from: time(from), until: time(until) });
          const local = now.toZonedDateTimeISO(timeZone);
          const clock = local.hour * 60 + local.minute;
          const inside = from < until ? clock >= from && clock < until : clock >= from || clock < until;
          expect(end !== null).toBe(inside);
          if (!end) return;
          expect(Temporal.Instant.compare(end, now)).toBe(1);
          expect(end.since(now).total('hours')).toBeLessThanOrEqual(25);
          const shown = end.toZonedDateTimeISO(timeZone);
          const late = (shown.hour * 60 + shown.minute - until + 1440) % 1440;
          expect(late === 0 || late === 60 || late === 30).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
