import { describe, it } from 'node:test';
import { expect } from 'expect';
import { inWireNames } from './wire-names.ts';

describe('the names of the wire', () => {
  it('are in snake case, however deep', () => {
    expect(inWireNames({ startTime: '09:00', visits: [{ validFrom: null }], opens_at: 1 })).toEqual({
      start_time: '09:00',
      visits: [{ valid_from: null }],
      opens_at: 1,
    });
  });

  it('are those that people say', () => {
    expect(inWireNames({ practitionerId: 'a', weekday: 9, zone: 'Mars/Olympus' })).toEqual({
      doctor_id: 'a',
      day_of_week: 9,
      time_zone: 'Mars/Olympus',
    });
  });

  it('leave values as they are', () => {
    const at = Temporal.Instant.from('2026-03-01T10:00:00Z');
    expect(inWireNames({ at, words: ['startTime'] })).toEqual({ at, words: ['startTime'] });
  });
});
