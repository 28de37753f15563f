import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { BUCKETS, trendOf } from './vital-trend.ts';

const at = (text: string) => Temporal.Instant.from(text);

describe('trendOf', () => {
  it('gathers by the days of the zone that was asked for', () => {
    const readings = [
      { at: at('2026-03-01T20:00:00Z'), value: 120 },
      { at: at('2026-03-01T21:00:00Z'), value: 131 },
      { at: at('2026-03-02T03:00:00Z'), value: 125 },
    ];
    const days = (zone: string) =>
      trendOf(readings, 'day', zone).map(({ start, ...numbers }) => ({
        start: start.toString(),
        ...numbers,
      }));
    expect(days('UTC')).toEqual([
      { start: '2026-03-01', min: 120, max: 131, mean: 125.5, last: 131, count: 2 },
      { start: '2026-03-02', min: 125, max: 125, mean: 125, last: 125, count: 1 },
    ]);
    expect(days('Asia/Kolkata')).toEqual([
      { start: '2026-03-02', min: 120, max: 131, mean: 125.33, last: 125, count: 3 },
    ]);
  });

  it('begins weeks on Monday and months on the first', () => {
    const sunday = [{ at: at('2026-03-01T12:00:00Z'), value: 1 }];
    expect(trendOf(sunday, 'week', 'UTC')[0]?.start.toString()).toBe('2026-02-23');
    expect(trendOf(sunday, 'month', 'UTC')[0]?.start.toString()).toBe('2026-03-01');
    expect(trendOf([], 'month', 'UTC')).toEqual([]);
  });

  it('loses no reading, orders its points, and keeps each mean between its ends', () => {
    const instant = fc
      .integer({ min: Date.parse('2025-10-01'), max: Date.parse('2026-12-01') })
      .map((ms) => Temporal.Instant.fromEpochMilliseconds(ms));
    const reading = fc.record({ at: instant, value: fc.integer({ min: 20, max: 300 }) });
    const zone = fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia');
    fc.assert(
      fc.property(fc.array(reading), fc.constantFrom(...BUCKETS), zone, (readings, bucket, timeZone) => {
        const ordered = readings.toSorted((a, b) => Temporal.Instant.compare(a.at, b.at));
        const points = trendOf(ordered, bucket, timeZone);
        expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(readings.length);
        for (const [index, { start, min, max, mean, last }] of points.entries()) {
          expect(mean).toBeGreaterThanOrEqual(min);
          expect(mean).toBeLessThanOrEqual(max);
          expect(last >= min && last <= max).toBe(true);
          const next = points[index + 1];
          if (next) expect(Temporal.PlainDate.compare(start, next.start)).toBe(-1);
        }
      }),
    );
  });
});
