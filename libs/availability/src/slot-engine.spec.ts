import { describe, it } from 'node:test';
import { expect } from 'expect';
import type { Interval } from './interval.ts';
import { localDay, nextMidnight } from './local-day.ts';
import { DAY, MINUTE } from './local-time.ts';
import type { DateException, Schedule, WeeklyRule } from './schedule.ts';
import {
  nearestFree,
  nextFree,
  openIntervals,
  type Slot,
  type SlotLimits,
  slotAt,
  slots,
} from './slot-engine.ts';

const newYork = 'America/New_York';
const at = (iso: string): number => Temporal.Instant.from(iso).epochMilliseconds;
const interval = (start: string, end: string): Interval => ({ start: at(start), end: at(end) });
/** Starts as the doctor's wall clock and offset show them: '09:00-04:00'. */
const shown = (found: readonly Slot[], zone: string): string[] =>
  found.map(({ start }) => {
    const local = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone);
    return `${local.toPlainTime().toString({ smallestUnit: 'minute' })}${local.offset}`;
  });

const rule = (
  weekday: number,
  startTime: string,
  endTime: string,
  more: Partial<WeeklyRule> = {},
): WeeklyRule => ({
  weekday,
  startTime,
  endTime,
  breaks: [],
  zone: newYork,
  slotMinutes: 60,
  ...more,
});
const schedule = (rules: WeeklyRule[], exceptions: DateException[] = []): Schedule => ({ rules, exceptions });
const limits = (changes: Partial<SlotLimits> = {}): SlotLimits => ({
  now: at('2026-01-01T00:00Z'),
  minimumNoticeMinutes: 0,
  horizonDays: 1000,
  busy: [],
  ...changes,
});

const isOpen = (asked: Schedule, start: number, end: number, within: SlotLimits): boolean =>
  slotAt(asked, start, within)?.end === end;

// Monday, 1 June 2026 in New York (UTC-4).
const monday = interval('2026-06-01T00:00-04:00', '2026-06-02T00:00-04:00');
const nineToNoon = schedule([rule(1, '09:00', '12:00')]);
const mondaySlots = (asked: Schedule, changes: Partial<SlotLimits> = {}): string[] =>
  shown(slots(asked, monday, limits(changes)), newYork).map((time) => time.slice(0, 5));

describe('slots across a change of the clocks', () => {
  const sunday = rule(7, '01:00', '03:00', { slotMinutes: 30 });
  const springForward = interval('2026-03-08T00:00-05:00', '2026-03-09T00:00-04:00');
  const fallBack = interval('2026-11-01T00:00-04:00', '2026-11-02T00:00-05:00');

  it('keep 09:00 at 09:00', () => {
    const found = slots(nineToNoon, interval('2026-03-01T00:00Z', '2026-03-15T00:00Z'), limits());
    expect(found.map(({ start }) => new Date(start).toISOString().slice(5, 16))).toEqual([
      '03-02T14:00',
      '03-02T15:00',
      '03-02T16:00',
      '03-09T13:00',
      '03-09T14:00',
      '03-09T15:00',
    ]);
  });

  it('yield none inside the gap', () => {
    expect(shown(slots(schedule([sunday]), springForward, limits()), newYork)).toEqual([
      '01:00-05:00',
      '01:30-05:00',
    ]);
    const night = schedule([rule(7, '01:00', '05:00')]);
    expect(shown(slots(night, springForward, limits()), newYork)).toEqual([
      '01:00-05:00',
      '03:00-04:00',
      '04:00-04:00',
    ]);
    const insideGap = schedule([rule(7, '02:00', '03:00', { slotMinutes: 30 })]);
    expect(slots(insideGap, springForward, limits())).toEqual([]);
    expect(openIntervals(insideGap, springForward.start, springForward.end)).toEqual([]);
  });

  it('yield a repeated hour twice, as two distinct instants', () => {
    expect(openIntervals(schedule([sunday]), fallBack.start, fallBack.end)).toEqual([
      interval('2026-11-01T01:00-04:00', '2026-11-01T03:00-05:00'),
    ]);
    expect(shown(slots(schedule([sunday]), fallBack, limits()), newYork)).toEqual([
      '01:00-04:00',
      '01:30-04:00',
      '01:00-05:00',
      '01:30-05:00',
      '02:00-05:00',
      '02:30-05:00',
    ]);
  });

  it('open in a repeated hour only what the clock shows inside the hours', () => {
    const half = schedule([rule(7, '01:30', '03:00', { slotMinutes: 30 })]);
    expect(openIntervals(half, fallBack.start, fallBack.end)).toEqual([
      interval('2026-11-01T01:30-04:00', '2026-11-01T02:00-04:00'),
      interval('2026-11-01T01:30-05:00', '2026-11-01T03:00-05:00'),
    ]);
  });

  it('never overlap each other, also when a slot is longer than the repeated hour', () => {
    const long = schedule([rule(7, '00:00', '06:00', { slotMinutes: 90 })]);
    expect(shown(slots(long, fallBack, limits()), newYork)).toEqual([
      '00:00-04:00',
      '01:30-04:00',
      '03:00-05:00',
      '04:30-05:00',
    ]);
  });

  it('stay on the grid where the clocks move by half an hour', () => {
    const zone = 'Australia/Lord_Howe';
    const lordHowe = schedule([rule(7, '01:00', '05:00', { zone })]);
    const spring = interval('2026-10-04T00:00+10:30', '2026-10-05T00:00+11:00');
    expect(shown(slots(lordHowe, spring, limits()), zone)).toEqual([
      '01:00+10:30',
      '03:00+11:00',
      '04:00+11:00',
    ]);
  });

  it('yield none on a date that a zone has skipped', () => {
    const fridays = schedule([rule(5, '09:00', '17:00', { zone: 'Pacific/Apia' })]);
    const window = interval('2011-12-26T00:00Z', '2012-01-02T00:00Z');
    expect(slots(fridays, window, limits({ now: window.start }))).toEqual([]);
  });
});

describe('the grid', () => {
  it('leaves the buffer between slots, but asks for none after the last', () => {
    expect(
      mondaySlots(schedule([rule(1, '09:00', '10:45', { slotMinutes: 25, bufferMinutes: 15 })])),
    ).toEqual(['09:00', '09:40', '10:20']);
  });

  it('begins anew after a break', () => {
    const withBreak = rule(1, '09:00', '12:00', {
      slotMinutes: 40,
      breaks: [{ start: '10:00', end: '10:30' }],
    });
    expect(mondaySlots(schedule([withBreak]))).toEqual(['09:00', '10:30', '11:10']);
  });

  it('reaches to the end of the day and into no other', () => {
    expect(mondaySlots(schedule([rule(1, '22:30', '24:00', { slotMinutes: 40 })]))).toEqual([
      '22:30',
      '23:10',
    ]);
  });

  it('holds from the first to the last date of the rule, both inclusive', () => {
    for (const [validity, count] of [
      [{ validFrom: '2026-06-01', validUntil: '2026-06-01' }, 3],
      [{ validFrom: '2026-06-02' }, 0],
      [{ validUntil: '2026-05-31' }, 0],
    ] as const) {
      expect(mondaySlots(schedule([rule(1, '09:00', '12:00', validity)]))).toHaveLength(count);
    }
  });

  it('gives each slot to the one window in which it starts', () => {
    const from = (start: string, end: string): Slot[] => slots(nineToNoon, interval(start, end), limits());
    expect(from('2026-06-01T09:00-04:00', '2026-06-01T10:00-04:00')).toHaveLength(1);
    expect(from('2026-06-01T09:01-04:00', '2026-06-01T10:00-04:00')).toHaveLength(0);
  });

  it('refuses a slot length that leads nowhere', () => {
    expect(() => mondaySlots(schedule([rule(1, '09:00', '12:00', { slotMinutes: 0 })]))).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'invalid_slot_length' }),
    );
  });
});

describe('exceptions', () => {
  const off = { kind: 'off', date: '2026-06-01', zone: newYork } as const;
  const extra = { kind: 'extra', date: '2026-06-01', zone: newYork, slotMinutes: 60 } as const;
  const monday = rule(1, '09:00', '12:00');

  it('close a whole day', () => {
    expect(mondaySlots(schedule([monday], [off]))).toEqual([]);
  });

  it('close a range, and with it every slot that reaches into it', () => {
    expect(mondaySlots(schedule([monday], [{ ...off, startTime: '10:30', endTime: '11:00' }]))).toEqual([
      '09:00',
      '11:00',
    ]);
  });

  it('open extra hours on a day off', () => {
    expect(
      mondaySlots(schedule([monday], [off, { ...extra, startTime: '18:00', endTime: '20:00' }])),
    ).toEqual(['18:00', '19:00']);
  });

  it('let a range off win over extra hours', () => {
    const exceptions: DateException[] = [
      { ...extra, startTime: '18:00', endTime: '20:00' },
      { ...off, startTime: '18:00', endTime: '18:15' },
    ];
    expect(mondaySlots(schedule([], exceptions))).toEqual(['19:00']);
  });

  it('offer no two slots of the same time where extra hours meet weekly ones', () => {
    const exceptions: DateException[] = [{ ...extra, startTime: '08:30', endTime: '13:30' }];
    expect(mondaySlots(schedule([monday], exceptions))).toEqual(['09:00', '10:00', '11:00', '12:30']);
  });

  it('close the day of their own zone', () => {
    const kolkata: DateException = { kind: 'off', date: '2026-06-01', zone: 'Asia/Kolkata' };
    expect(mondaySlots(schedule([rule(1, '13:30', '15:30')], [kolkata]))).toEqual(['14:30']);
  });
});

describe('limits', () => {
  const ten = at('2026-06-01T10:00-04:00');

  it('take away a slot that a booking touches, and no other', () => {
    const busy = (start: number, end: number): string[] =>
      mondaySlots(nineToNoon, { busy: [{ start, end }] });
    expect(busy(ten + 15 * MINUTE, ten + 30 * MINUTE)).toEqual(['09:00', '11:00']);
    expect(busy(ten - 1, ten + 60 * MINUTE)).toEqual(['11:00']);
    expect(busy(ten, ten + 60 * MINUTE)).toEqual(['09:00', '11:00']);
    expect(busy(ten + 30 * MINUTE, ten + 90 * MINUTE)).toEqual(['09:00']);
  });

  it('take bookings back to back, unsorted, nested and beside the hours', () => {
    const busy = [
      { start: ten, end: ten + 60 * MINUTE },
      { start: ten - 60 * MINUTE, end: ten },
      { start: ten - 30 * MINUTE, end: ten - 20 * MINUTE },
      { start: ten - 2 * DAY, end: ten - DAY },
      { start: ten + 120 * MINUTE, end: ten + 180 * MINUTE },
    ];
    expect(mondaySlots(nineToNoon, { busy })).toEqual(['11:00']);
  });

  it('ask for the notice, to the minute', () => {
    expect(mondaySlots(nineToNoon, { now: ten - 60 * MINUTE, minimumNoticeMinutes: 60 })).toEqual([
      '10:00',
      '11:00',
    ]);
    expect(mondaySlots(nineToNoon, { now: ten - 60 * MINUTE, minimumNoticeMinutes: 61 })).toEqual(['11:00']);
    expect(mondaySlots(nineToNoon, { now: ten + 1 })).toEqual(['11:00']);
  });

  it("count the horizon in the doctor's days, not in hours and not in UTC", () => {
    // 23:00 on Sunday in New York is already Monday in UTC.
    const now = at('2026-05-31T23:00-04:00');
    expect(mondaySlots(nineToNoon, { now, horizonDays: 0 })).toEqual([]);
    expect(mondaySlots(nineToNoon, { now, horizonDays: 1 })).toEqual(['09:00', '10:00', '11:00']);
    expect(mondaySlots(nineToNoon, { now: at('2026-05-25T08:00-04:00'), horizonDays: 7 })).toHaveLength(3);
    expect(mondaySlots(nineToNoon, { now: at('2026-05-24T23:59-04:00'), horizonDays: 7 })).toHaveLength(0);
  });

  it('start no slot in time that is full, however long the one before it is', () => {
    const evening = schedule([rule(1, '21:00', '24:00')]);
    const full = localDay(newYork, monday.start);
    expect(mondaySlots(evening, { full })).toEqual([]);
    expect(mondaySlots(evening, { full: localDay(newYork, monday.end) })).toEqual([
      '21:00',
      '22:00',
      '23:00',
    ]);
    // A slot that begins before the full time and ends in it stays.
    expect(mondaySlots(nineToNoon, { full: [{ start: ten + 30 * MINUTE, end: ten + DAY }] })).toEqual([
      '09:00',
      '10:00',
    ]);
  });

  it('keep the buffer free between any two visits, whichever was booked first', () => {
    const buffered = schedule([rule(1, '09:00', '12:00', { slotMinutes: 30, bufferMinutes: 15 })]);
    expect(mondaySlots(buffered)).toEqual(['09:00', '09:45', '10:30', '11:15']);
    const visit = (start: number, end: number) => ({ busy: [{ start, end }] });
    // 09:45 to 10:15 and its buffer: a visit from 10:25 is too soon after it, one from 10:30 is not.
    expect(mondaySlots(buffered, visit(ten + 25 * MINUTE, ten + 30 * MINUTE))).toEqual([
      '09:00',
      '10:30',
      '11:15',
    ]);
    expect(mondaySlots(buffered, visit(ten + 30 * MINUTE, ten + 35 * MINUTE))).toEqual([
      '09:00',
      '09:45',
      '11:15',
    ]);
    // The buffer may reach into time off.
    const away = {
      kind: 'off' as const,
      date: '2026-06-01',
      zone: newYork,
      startTime: '10:15',
      endTime: '11:00',
    };
    expect(mondaySlots({ ...buffered, exceptions: [away] })).toEqual(['09:00', '09:45', '11:15']);
  });

  it('end before the instant at which nothing may be booked any more', () => {
    expect(mondaySlots(nineToNoon, { until: ten })).toEqual(['09:00']);
    expect(nextFree(nineToNoon, ten, limits({ until: ten }))).toBeUndefined();
  });
});

describe('slotAt', () => {
  const ten = at('2026-06-01T10:00-04:00');
  const hour = 60 * MINUTE;

  it('knows exactly the slots of the grid', () => {
    expect(isOpen(nineToNoon, ten, ten + hour, limits())).toBe(true);
    expect(isOpen(nineToNoon, ten + MINUTE, ten + MINUTE + hour, limits())).toBe(false);
    expect(isOpen(nineToNoon, ten, ten + 30 * MINUTE, limits())).toBe(false);
    expect(isOpen(nineToNoon, ten, ten + 2 * hour, limits())).toBe(false);
    expect(isOpen(nineToNoon, ten + DAY, ten + DAY + hour, limits())).toBe(false);
    expect(isOpen(nineToNoon, ten, ten + hour, limits({ busy: [{ start: ten + 1, end: ten + 2 }] }))).toBe(
      false,
    );
    expect(isOpen(nineToNoon, ten, ten + hour, limits({ now: ten + 1 }))).toBe(false);
  });
});

describe('nextFree', () => {
  it('finds the first free slot, near or far', () => {
    const busy = [monday];
    expect(nextFree(nineToNoon, monday.start, limits())).toEqual(
      interval('2026-06-01T09:00-04:00', '2026-06-01T10:00-04:00'),
    );
    expect(nextFree(nineToNoon, monday.start, limits({ busy }))?.start).toBe(at('2026-06-08T09:00-04:00'));
    const later = schedule([rule(1, '09:00', '12:00', { validFrom: '2027-02-02' })]);
    expect(nextFree(later, monday.start, limits())?.start).toBe(at('2027-02-08T09:00-05:00'));
  });

  it('finds none beyond the horizon or without hours', () => {
    expect(nextFree(nineToNoon, monday.start, limits({ now: monday.end, horizonDays: 5 }))).toBeUndefined();
    expect(nextFree(schedule([]), monday.start, limits())).toBeUndefined();
  });
});

describe('nearestFree', () => {
  const ten = at('2026-06-01T10:00-04:00');
  const nearest = (count: number, changes: Partial<SlotLimits> = {}): string[] =>
    nearestFree(nineToNoon, ten, count, limits({ busy: [{ start: ten, end: ten + 1 }], ...changes })).map(
      ({ start }) => new Date(start).toISOString().slice(5, 16),
    );

  it('looks to both sides and keeps the order of time', () => {
    expect(nearest(2)).toEqual(['06-01T13:00', '06-01T15:00']);
    expect(nearest(4)).toEqual(['05-25T15:00', '06-01T13:00', '06-01T15:00', '06-08T13:00']);
  });

  it('gives what there is when that is less', () => {
    expect(nearest(10, { now: ten, horizonDays: 7 })).toEqual([
      '06-01T15:00',
      '06-08T13:00',
      '06-08T14:00',
      '06-08T15:00',
    ]);
  });
});

describe('a local day', () => {
  it('is as long as the clocks make it', () => {
    const hours = (zone: string, instant: string) =>
      localDay(zone, at(instant)).map(({ start, end }) => (end - start) / (60 * MINUTE));
    expect(hours('Asia/Kolkata', '2026-03-29T12:00Z')).toEqual([24]);
    expect(hours('Europe/London', '2026-03-29T12:00Z')).toEqual([23]);
    expect(hours('Europe/London', '2026-10-25T12:00Z')).toEqual([25]);
    expect(hours('Australia/Lord_Howe', '2026-10-04T01:00Z')).toEqual([23.5]);
    // A minute after midnight the clocks go back by an hour: the old date shows again.
    expect(localDay('America/St_Johns', at('2010-11-06T12:00Z'))).toHaveLength(2);
  });

  it('ends when the date changes', () => {
    const next = (zone: string, instant: string) => new Date(nextMidnight(zone, at(instant))).toISOString();
    expect(next('Asia/Kolkata', '2026-06-01T18:29:59Z')).toBe('2026-06-01T18:30:00.000Z');
    expect(next('Asia/Kolkata', '2026-06-01T18:30:00Z')).toBe('2026-06-02T18:30:00.000Z');
    expect(next('America/St_Johns', '2010-11-07T02:29:00Z')).toBe('2010-11-07T02:30:00.000Z');
    expect(next('America/St_Johns', '2010-11-07T02:31:00Z')).toBe('2010-11-07T03:30:00.000Z');
  });
});
