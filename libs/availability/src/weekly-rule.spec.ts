import { describe, it } from 'node:test';
import { expect } from 'expect';
import { assertException } from './date-exception.ts';
import type { DateException, WeeklyRule } from './schedule.ts';
import { assertRule } from './weekly-rule.ts';

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
