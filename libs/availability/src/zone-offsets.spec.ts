import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { DAY, MINUTE } from './local-time.ts';
import { timeZoneId, ZoneOffsets, zoneOffsets } from './zone-offsets.ts';

const zones = [
  'Asia/Kolkata',
  'America/New_York',
  'America/St_Johns',
  'Europe/London',
  'Europe/Paris',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Pacific/Apia',
  'UTC',
];
const instant = fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2060, 0) });
const local = (ms: number): Temporal.PlainDateTime =>
  Temporal.PlainDateTime.from(new Date(ms).toISOString().slice(0, -1));

describe('zone offsets', () => {
  it('agree with Temporal, whatever was asked before', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.array(instant, { minLength: 1, maxLength: 6 }),
        (zone, instants) => {
          const offsets = new ZoneOffsets(zone);
          for (const ms of instants) {
            const expected = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
            expect(offsets.spanAt(ms).offset).toBe(expected.offsetNanoseconds / 1e6);
            expect(offsets.dayAt(ms)).toBe(Date.parse(expected.toPlainDate().toString()) / DAY);
          }
        },
      ),
    );
  });

  it('find the instants of a local time as Temporal does', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, (zone, ms) => {
        const shown = local(ms);
        const candidates = (['earlier', 'later'] as const).map((disambiguation) =>
          shown.toZonedDateTime(zone, { disambiguation }),
        );
        const expected = candidates
          .filter((at) => at.toPlainDateTime().equals(shown))
          .map((at) => at.epochMilliseconds);
        expect(zoneOffsets(zone).localToEpoch(ms)).toEqual([...new Set(expected)]);
      }),
    );
  });

  it('know no instant in a gap and two in a repeated hour', () => {
    const newYork = zoneOffsets('America/New_York');
    expect(newYork.localToEpoch(Date.UTC(2026, 2, 8, 2, 30))).toEqual([]);
    expect(newYork.localToEpoch(Date.UTC(2026, 10, 1, 1, 30))).toEqual([
      Date.parse('2026-11-01T05:30Z'),
      Date.parse('2026-11-01T06:30Z'),
    ]);
    expect(zoneOffsets('Pacific/Apia').localToEpoch(Date.UTC(2011, 11, 30, 12))).toEqual([]);
  });

  it('call a day steady only away from a change of the clocks', () => {
    const dayOf = (date: string): number => Date.parse(date) / DAY;
    const paris = zoneOffsets('Europe/Paris');
    expect(paris.steadySpan(dayOf('2026-06-15'))?.offset).toBe(120 * MINUTE);
    expect(paris.steadySpan(dayOf('2026-03-29'))).toBeUndefined();
    expect(paris.steadySpan(dayOf('2026-10-25'))).toBeUndefined();
  });

  it('take IANA names in any letter case and nothing else', () => {
    expect(timeZoneId('europe/PARIS')).toBe('Europe/Paris');
    expect(zoneOffsets('europe/PARIS')).toBe(zoneOffsets('Europe/Paris'));
    for (const zone of ['', 'Mars/Olympus', '+05:30', '2026-01-01T00:00[Europe/Paris]']) {
      expect(() => zoneOffsets(zone)).toThrow(
        expect.objectContaining({ kind: 'invalid', code: 'unknown_time_zone', details: { zone } }),
      );
    }
  });
});
