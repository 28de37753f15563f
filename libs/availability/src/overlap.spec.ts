import { describe, it } from 'node:test';
import { expect } from 'expect';
import { assertNoOverlap } from './overlap.ts';
import type { DateException, ExtraHours, WeeklyRule } from './schedule.ts';

const rule = (changes: Partial<WeeklyRule> = {}): WeeklyRule => ({
  weekday: 1,
  startTime: '09:00',
  endTime: '17:00',
  breaks: [{ start: '12:00', end: '13:00' }],
  zone: 'Europe/Paris',
  slotMinutes: 30,
  bufferMinutes: 5,
  ...changes,
});
const now = Date.parse('2026-06-01T00:00Z');

describe('assertNoOverlap', () => {
  const mornings = rule({ id: 'mornings', endTime: '12:00', breaks: [] });
  const overlaps = (changes: Partial<WeeklyRule>, other = mornings, at = now): boolean => {
    try {
      assertNoOverlap(rule({ breaks: [], ...changes }), { rules: [other], exceptions: [] }, at);
      return false;
    } catch (error) {
      expect(error).toMatchObject({
        kind: 'conflict',
        code: 'availability_overlap',
        details: { rule_id: other.id },
      });
      return true;
    }
  };

  it('names the other rule', () => {
    expect(() =>
      assertNoOverlap(rule({ startTime: '11:59' }), { rules: [mornings], exceptions: [] }, now),
    ).toThrow(
      expect.objectContaining({
        details: {
          rule_id: 'mornings',
          type: 'weekly',
          day_of_week: 1,
          start_time: '09:00',
          end_time: '12:00',
          time_zone: 'Europe/Paris',
        },
      }),
    );
  });

  it('lets hours touch, lie on another weekday and replace themselves', () => {
    expect(overlaps({ startTime: '12:00' })).toBe(false);
    expect(overlaps({ weekday: 2 })).toBe(false);
    expect(overlaps({ id: 'mornings', endTime: '13:00' })).toBe(false);
  });

  it('weighs only the time in which both hold', () => {
    const june = rule({ id: 'june', breaks: [], validFrom: '2026-06-01', validUntil: '2026-06-29' });
    expect(overlaps({ validFrom: '2026-06-30' }, june)).toBe(false);
    expect(overlaps({ validFrom: '2026-06-29' }, june)).toBe(true);
    expect(overlaps({ validUntil: '2026-05-31' }, june)).toBe(false);
    expect(overlaps({ validFrom: '2031-01-01' })).toBe(true);
  });

  it('leaves alone a rule that is over', () => {
    const over = rule({ id: 'over', breaks: [], validUntil: '2026-06-01' });
    expect(overlaps({}, over, Date.parse('2026-06-01T12:00Z'))).toBe(true);
    expect(overlaps({}, over, Date.parse('2026-06-01T15:00Z'))).toBe(false);
  });

  it('lets hours fill the break of others', () => {
    expect(overlaps({ startTime: '12:00', endTime: '13:00' }, rule({ id: 'whole' }))).toBe(false);
    expect(overlaps({ startTime: '12:00', endTime: '13:01' }, rule({ id: 'whole' }))).toBe(true);
  });

  it('sees through zones and weekdays', () => {
    // Monday 19:30 in New York is Tuesday 05:00 in Kolkata in summer, 06:00 in winter.
    const evenings = rule({
      id: 'evenings',
      zone: 'America/New_York',
      startTime: '19:30',
      endTime: '20:30',
      breaks: [],
    });
    const kolkata = { zone: 'Asia/Kolkata', weekday: 2 };
    expect(overlaps({ ...kolkata, startTime: '04:00', endTime: '05:00' }, evenings)).toBe(false);
    expect(overlaps({ ...kolkata, startTime: '05:30', endTime: '05:45' }, evenings)).toBe(true);
    expect(overlaps({ ...kolkata, startTime: '06:30', endTime: '06:45' }, evenings)).toBe(true);
    expect(overlaps({ ...kolkata, startTime: '07:00', endTime: '08:00' }, evenings)).toBe(false);
  });

  it('knows extra hours, beside weekly ones and beside each other', () => {
    const extra = (changes: Partial<ExtraHours> = {}): ExtraHours => ({
      id: 'extra',
      kind: 'extra',
      date: '2026-06-08',
      zone: 'Europe/Paris',
      startTime: '11:00',
      endTime: '13:00',
      slotMinutes: 30,
      ...changes,
    });
    const conflictsWith = (
      line: WeeklyRule | ExtraHours,
      exceptions: DateException[],
      rules = [mornings],
    ) => {
      try {
        assertNoOverlap(line, { rules, exceptions }, now);
        return undefined;
      } catch (error) {
        return (error as { details: { rule_id: string } }).details.rule_id;
      }
    };
    expect(conflictsWith(extra(), [])).toBe('mornings');
    expect(conflictsWith(extra({ startTime: '12:00' }), [])).toBeUndefined();
    expect(conflictsWith(extra({ date: '2026-06-09' }), [])).toBeUndefined();
    expect(conflictsWith(mornings, [extra()], [])).toBe('extra');
    const evening = extra({ id: 'evening', startTime: '12:30', endTime: '20:00' });
    expect(conflictsWith(extra({ startTime: '12:00' }), [evening])).toBe('evening');
    expect(conflictsWith(extra({ startTime: '12:00' }), [{ ...evening, id: 'extra' }])).toBeUndefined();
    // On a whole day off the weekly hours are closed: other hours take their place.
    const dayOff: DateException = { kind: 'off', date: '2026-06-08', zone: 'Europe/Paris' };
    expect(conflictsWith(extra(), [dayOff])).toBeUndefined();
    expect(conflictsWith(mornings, [extra(), dayOff], [])).toBeUndefined();
    expect(conflictsWith(extra(), [{ ...dayOff, startTime: '08:00', endTime: '20:00' }])).toBe('mornings');
    // It does not let two weekly lines meet on all other days.
    expect(conflictsWith(rule({ id: 'other', breaks: [] }), [dayOff])).toBe('mornings');
  });
});
