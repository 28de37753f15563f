import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { firstShared, type Interval, merged } from './interval.ts';
import { localDay } from './local-day.ts';
import { DAY, dateOf, MINUTE } from './local-time.ts';
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

// The engine against an oracle that knows no offsets and no intervals: it reads the wall clock with Temporal
// at every single minute around a change of the clocks and asks of each what the schedule says.

const changes: [zone: string, around: string][] = [
  ['Asia/Kolkata', '2026-03-29T00:00Z'],
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  ['Europe/London', '2026-03-29T01:00Z'],
  ['Europe/London', '2026-10-25T01:00Z'],
  ['Europe/Paris', '2026-03-29T01:00Z'],
  ['Europe/Paris', '2026-10-25T01:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['Africa/Casablanca', '2026-02-15T02:00Z'],
  ['Africa/Casablanca', '2026-03-22T02:00Z'],
  // A skipped date, a repeated hour before midnight, and one that begins a minute into the next day.
  ['Pacific/Apia', '2011-12-30T10:00Z'],
  ['Africa/Cairo', '2026-10-29T21:00Z'],
  ['America/St_Johns', '2010-11-07T02:31Z'],
];

/** What the wall clock of a zone shows in one minute. */
interface Reading {
  readonly date: string;
  readonly weekday: number;
  /** Minutes since the clock showed 00:00. */
  readonly minute: number;
}

const MARGIN = 1.5 * DAY;
const readings = new Map<string, Reading[]>();

/** The readings of every minute within three and a half days of an instant; read once for each zone. */
function readAround(zone: string, center: number): Reading[] {
  const key = `${zone} ${center}`;
  const known = readings.get(key);
  if (known) return known;
  const found: Reading[] = [];
  for (let ms = center - 2 * DAY - MARGIN; ms <= center + 2 * DAY + MARGIN; ms += MINUTE) {
    const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
    const date = local.toPlainDate().toString();
    found.push({ date, weekday: local.dayOfWeek, minute: local.hour * 60 + local.minute });
  }
  readings.set(key, found);
  return found;
}

const dateIn = (zone: string, ms: number): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDate().toString();
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** The open minutes of a schedule and its slots before bookings and limits, straight from the definitions. */
function oracle(
  { rules, exceptions }: Schedule,
  center: number,
): { open: boolean[]; found: (Slot & { bufferEnd: number })[] } {
  const origin = center - 2 * DAY - MARGIN;
  const covered = (off: DateException): Set<number> => {
    const [start, end] = [minutesOf(off.startTime ?? '00:00'), minutesOf(off.endTime ?? '24:00')];
    const isIn = ({ date, minute }: Reading) => date === off.date && minute >= start && minute < end;
    return new Set(readAround(off.zone, center).flatMap((reading, at) => (isIn(reading) ? [at] : [])));
  };
  const offs = exceptions.filter(({ kind }) => kind === 'off');
  const daysOff = offs.filter(({ startTime }) => !startTime).map(covered);
  const rangesOff = offs.filter(({ startTime }) => startTime).map(covered);
  const isDayOff = (at: number): boolean => daysOff.some((off) => off.has(at));
  const isRangeOff = (at: number): boolean => rangesOff.some((off) => off.has(at));

  // Who opens a minute: the first source that does. A piece is known by source, date and its beginning.
  const owner: (string | undefined)[] = Array.from(readAround('UTC', center), () => undefined);
  const slotStarts: { at: number; piece: string; minutes: number; step: number }[] = [];
  const sources: { rule: WeeklyRule; date?: string }[] = [
    ...rules.map((rule) => ({ rule })),
    ...exceptions
      .filter((exception) => exception.kind === 'extra')
      .map((extra) => ({ rule: { ...extra, weekday: 0, breaks: [] }, date: extra.date })),
  ];
  const mine: Map<number, string>[] = sources.map(({ rule, date: only }, rank) => {
    const pieces = new Map<number, string>();
    const [start, end] = [minutesOf(rule.startTime), minutesOf(rule.endTime)];
    const breaks = rule.breaks.map((pause) => [minutesOf(pause.start), minutesOf(pause.end)] as const);
    const step = rule.slotMinutes + (rule.bufferMinutes ?? 0);
    for (const [at, { date, weekday, minute }] of readAround(rule.zone, center).entries()) {
      if (minute < start || minute >= end || breaks.some(([from, to]) => minute >= from && minute < to))
        continue;
      if (only ? date !== only : weekday !== rule.weekday) continue;
      if (rule.validFrom && date < rule.validFrom) continue;
      if (rule.validUntil && date > rule.validUntil) continue;
      const begin = Math.max(start, ...breaks.map(([, to]) => to).filter((to) => to <= minute));
      const piece = `${rank} ${date} ${begin}`;
      pieces.set(at, piece);
      if (only || !isDayOff(at)) owner[at] ??= piece;
      if ((minute - begin) % step === 0) slotStarts.push({ at, piece, minutes: rule.slotMinutes, step });
    }
    return pieces;
  });

  const free = new Map<string, number>();
  const found: (Slot & { bufferEnd: number })[] = [];
  for (const { at, piece, minutes, step } of slotStarts) {
    const during = Array.from({ length: minutes }, (_, minute) => at + minute);
    const rank = Number(piece.split(' ')[0]);
    if (at < (free.get(piece) ?? 0) || !during.every((minute) => mine[rank]?.get(minute) === piece)) continue;
    free.set(piece, at + step);
    if (!during.every((minute) => owner[minute] === piece && !isRangeOff(minute))) continue;
    const [start, end, bufferEnd] = [at, at + minutes, at + step].map((minute) => origin + minute * MINUTE);
    found.push({ start, end, bufferEnd } as Slot & { bufferEnd: number });
  }
  const open = owner.map((piece, at) => piece !== undefined && !isRangeOff(at));
  return { open, found: found.sort((a, b) => a.start - b.start) };
}

const time = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const range = fc
  .uniqueArray(fc.integer({ min: 0, max: 96 }), { minLength: 2, maxLength: 2 })
  .map((ends) => ends.toSorted((a, b) => a - b).map((quarter) => time(quarter * 15)))
  .map(([startTime = '', endTime = '']) => ({ startTime, endTime }));
/** Hours of the night, when the clocks change, as often as any others. */
const hours = fc.oneof(
  range,
  fc.record({
    startTime: fc.constantFrom('00:00', '00:30', '01:00', '01:30', '02:00'),
    endTime: fc.constantFrom('02:30', '03:00', '04:15', '24:00'),
  }),
);
const lengths = fc.record({
  slotMinutes: fc.constantFrom(10, 15, 20, 30, 45, 60, 90),
  bufferMinutes: fc.constantFrom(0, 0, 5, 15),
});
const breaksIn = ({ startTime, endTime }: { startTime: string; endTime: string }) =>
  fc
    .array(range, { maxLength: 2 })
    .map((ranges) =>
      ranges
        .filter((pause) => pause.startTime >= startTime && pause.endTime <= endTime)
        .map(({ startTime: start, endTime: end }) => ({ start, end })),
    );

/** A case: a schedule near a change of the clocks, sometimes with a second zone in it, and limits. */
const cases = fc.constantFrom(...changes).chain(([zone, around]) => {
  const center = Date.parse(around);
  const dates = [-2, -1, 0, 1, 2].map((days) => dateOf(Math.floor(center / DAY) + days));
  const date = fc.constantFrom(...dates);
  const inZone = fc.oneof(
    { weight: 4, arbitrary: fc.constant(zone) },
    { weight: 1, arbitrary: fc.constant('Asia/Kolkata') },
  );
  const rule = hours.chain((open) =>
    fc.record({
      startTime: fc.constant(open.startTime),
      endTime: fc.constant(open.endTime),
      breaks: breaksIn(open),
      weekday: fc.integer({ min: 1, max: 7 }),
      zone: inZone,
      length: lengths,
      validFrom: fc.option(date, { freq: 8 }),
      validUntil: fc.option(date, { freq: 8 }),
    }),
  );
  const off = fc
    .tuple(date, inZone, fc.option(range, { freq: 1 }))
    .map(([day, at, part]) => ({ kind: 'off' as const, date: day, zone: at, ...part }));
  const extra = fc
    .tuple(date, inZone, hours, lengths)
    .map(([day, at, open, length]) => ({ kind: 'extra' as const, date: day, zone: at, ...open, ...length }));
  const moment = fc.integer({ min: -48 * 12, max: 48 * 12 }).map((fives) => center + fives * 5 * MINUTE);
  return fc.record({
    center: fc.constant(center),
    schedule: fc.record({
      rules: fc
        .array(rule, { minLength: 1, maxLength: 8 })
        .map((rules) => rules.map(({ length, ...rest }) => ({ ...rest, ...length }))),
      exceptions: fc.array(fc.oneof(off, extra), { maxLength: 4 }),
    }),
    busy: fc.array(fc.tuple(moment, fc.integer({ min: 1, max: 120 })), { maxLength: 6 }),
    now: moment,
    notice: fc.constantFrom(0, 0, 45, 600),
    full: fc.option(fc.tuple(moment, inZone)),
    until: fc.option(moment, { freq: 4 }),
    from: moment,
  });
});

const isOpen = (schedule: Schedule, start: number, end: number, limits: SlotLimits): boolean =>
  slotAt(schedule, start, limits)?.end === end;

const runs = { numRuns: 300 };

describe('the slot engine, around every kind of clock change', () => {
  it('opens the minutes that the wall clock says', () => {
    fc.assert(
      fc.property(cases, ({ schedule, center }) => {
        const [from, until] = [center - 2 * DAY, center + 2 * DAY];
        const { open } = oracle(schedule, center);
        const expected: Interval[] = [];
        for (let ms = from; ms < until; ms += MINUTE) {
          if (open[(ms - from + MARGIN) / MINUTE]) expected.push({ start: ms, end: ms + MINUTE });
        }
        expect(openIntervals(schedule, from, until)).toEqual(merged(expected));
      }),
      runs,
    );
  });

  it('offers the slots that the definitions give, under any limits', () => {
    fc.assert(
      fc.property(cases, ({ schedule, center, busy, now, notice, full, until }) => {
        const window = { start: center - 2 * DAY, end: center + 2 * DAY };
        const limits: SlotLimits = {
          now,
          minimumNoticeMinutes: notice,
          horizonDays: 30,
          busy: busy.map(([start, minutes]) => ({ start, end: start + minutes * MINUTE })),
          ...(full && { full: localDay(full[1], full[0]) }),
          ...(until !== null && { until }),
        };
        const expected = oracle(schedule, center).found.filter(
          ({ start, bufferEnd }) =>
            start >= window.start &&
            start < window.end &&
            start >= now + notice * MINUTE &&
            !limits.busy.some((taken) => taken.start < bufferEnd && start < taken.end) &&
            !(full && dateIn(full[1], start) === dateIn(full[1], full[0])) &&
            !(until !== null && start >= until),
        );
        const found = slots(schedule, window, limits);
        expect(found).toEqual(expected.map(({ start, end }) => ({ start, end })));
        found.forEach((slot, i) => {
          expect(slot.start).toBeGreaterThanOrEqual(found[i - 1]?.end ?? 0);
        });
      }),
      runs,
    );
  });

  it('answers every question alike', () => {
    fc.assert(
      fc.property(cases, ({ schedule, busy, now, notice, from }) => {
        const limits: SlotLimits = {
          now,
          minimumNoticeMinutes: notice,
          horizonDays: 20,
          busy: busy.map(([start, minutes]) => ({ start, end: start + minutes * MINUTE })),
        };
        const all = slots(schedule, { start: now - 40 * DAY, end: now + 40 * DAY }, limits);
        expect(nextFree(schedule, from, limits)).toEqual(all.find(({ start }) => start >= from));
        const open = openIntervals(schedule, now - 2 * DAY, now + 25 * DAY);
        for (const slot of all.slice(0, 20)) {
          expect(isOpen(schedule, slot.start, slot.end, limits)).toBe(true);
          expect(isOpen(schedule, slot.start + 1, slot.end + 1, limits)).toBe(false);
          expect(firstShared(open, [slot])).toEqual(slot);
        }
        const nearest = nearestFree(schedule, from, 3, limits);
        const distances = (some: Slot[]): number[] =>
          some.map(({ start }) => Math.abs(start - from)).sort((a, b) => a - b);
        expect(distances(nearest)).toEqual(distances(all).slice(0, 3));
        const cutInTwo = [
          ...slots(schedule, { start: now - DAY, end: from }, limits),
          ...slots(schedule, { start: Math.max(from, now - DAY), end: now + 40 * DAY }, limits),
        ];
        expect(cutInTwo).toEqual(all);
      }),
      runs,
    );
  });
});
