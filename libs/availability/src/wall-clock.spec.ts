import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { wallClock } from './wall-clock.ts';

describe('wallClock', () => {
  it('writes what Temporal writes', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Asia/Kolkata',
      'Asia/Kathmandu',
      'Europe/London',
      'America/New_York',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
    );
    const instants = fc.integer({ min: Date.parse('2000-01-01'), max: Date.parse('2040-01-01') });
    fc.assert(
      fc.property(zones, instants, (zone, ms) => {
        const written = Temporal.Instant.fromEpochMilliseconds(ms).toString({
          timeZone: zone,
          smallestUnit: 'second',
        });
        expect(wallClock(zone)(ms)).toBe(written);
      }),
      { numRuns: 500 },
    );
  });
});
