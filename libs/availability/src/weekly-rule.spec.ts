import { describe, it } from 'node:test';
import { expect } from 'expect';
import { assertException } from './date-exception.ts';
import type { DateException, WeeklyRule } from './schedule.ts';
import { assertNoOverlap, assertRule } from './weekly-rule.ts';

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

describe('assertRule', () => {
  it('takes hours with a break, until the end of the day, as the database writes them', () => {
    expect(() => assertRule(rule())).not.toThrow();
    expect(() =>
      assertRule(rule({ startTime: '18:00:00', endTime: '24:00:00', breaks: [], bufferMinutes: null })),
    ).not.toThrow();
    expect(() => assertRule(rule({ validFrom: '2026-01-05', validUntil: '2026-01-05' }))).not.toThrow();
  });

  const refused: [string, string, Partial<WeeklyRule>][] = [
    ['a weekday 0', 'invalid_weekday', { weekday: 0 }],
    ['a weekday between two', 'invalid_weekday', { weekday: 1.5 }],
    ['an unknown zone', 'unknown_time_zone', { zone: 'Europe/Atlantis' }],
    ['a time that is none', 'invalid_time', { startTime: '9:00' }],
    ['a time after the day', 'invalid_time', { endTime: '24:01' }],
    ['a time with seconds', 'invalid_time', { endTime: '17:00:30' }],
    ['hours across midnight', 'invalid_hours', { startTime: '22:00', endTime: '06:00', breaks: [] }],
    ['hours of no length', 'invalid_hours', { startTime: '09:00', endTime: '09:00', breaks: [] }],
    ['a break before the hours', 'invalid_break', { breaks: [{ start: '08:30', end: '09:30' }] }],
    ['a break after the hours', 'invalid_break', { breaks: [{ start: '16:30', end: '17:30' }] }],
    ['a break backwards', 'invalid_break', { breaks: [{ start: '13:00', end: '12:00' }] }],
    ['a date that does not exist', 'invalid_date', { validFrom: '2026-02-30' }],
    ['validity backwards', 'invalid_validity', { validFrom: '2026-03-02', validUntil: '2026-03-01' }],
    ['a slot of no length', 'invalid_slot_length', { slotMinutes: 0 }],
    ['a negative gap', 'invalid_slot_length', { bufferMinutes: -5 }],
    ['a slot longer than the hours', 'slot_does_not_fit', { slotMinutes: 500, breaks: [] }],
    ['a slot longer than the hours beside the break', 'slot_does_not_fit', { slotMinutes: 241 }],
  ];
  for (const [what, code, changes] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => assertRule(rule(changes))).toThrow(expect.objectContaining({ kind: 'invalid', code }));
    });
  }
});

describe('assertNoOverlap', () => {
  const mornings = rule({ id: 'mornings', endTime: '12:00', breaks: [] });
  const overlaps = (changes: Partial<WeeklyRule>, other = mornings, at = now): boolean => {
    try {
      assertNoOverlap(rule({ breaks: [], ...changes }), [other], at);
      return false;
    } catch (error) {
      expect(error).toMatchObject({
        kind: 'conflict',
        code: 'availability_overlap',
        details: { ruleId: other.id },
      });
      return true;
    }
  };

  it('names the other rule', () => {
    expect(() => assertNoOverlap(rule({ startTime: '11:59' }), [mornings], now)).toThrow(
      expect.objectContaining({
        details: {
          ruleId: 'mornings',
          weekday: 1,
          startTime: '09:00',
          endTime: '12:00',
          zone: 'Europe/Paris',
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
});

describe('assertException', () => {
  const off = { kind: 'off', date: '2026-12-24', zone: 'Europe/Paris' } as const;
  const extra = { ...off, kind: 'extra', startTime: '10:00', endTime: '12:00', slotMinutes: 30 } as const;

  it('takes a day off, a range off and extra hours', () => {
    for (const exception of [off, { ...off, startTime: '10:00', endTime: '24:00' }, extra]) {
      expect(() => assertException(exception)).not.toThrow();
    }
  });

  const refused: [string, string, DateException][] = [
    ['half a range', 'invalid_hours', { ...off, startTime: '10:00' }],
    ['the other half', 'invalid_hours', { ...off, endTime: '10:00' }],
    ['a range backwards', 'invalid_hours', { ...off, startTime: '10:00', endTime: '09:00' }],
    ['a date that does not exist', 'invalid_date', { ...off, date: '2026-13-01' }],
    ['an unknown zone', 'unknown_time_zone', { ...extra, zone: 'Nowhere' }],
    ['extra hours across midnight', 'invalid_hours', { ...extra, startTime: '23:00', endTime: '01:00' }],
    ['extra hours too short for a slot', 'slot_does_not_fit', { ...extra, slotMinutes: 121 }],
  ];
  for (const [what, code, exception] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => assertException(exception)).toThrow(expect.objectContaining({ kind: 'invalid', code }));
    });
  }
});
