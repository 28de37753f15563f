import { conflict } from '#kernel';
import { firstShared, type Interval } from './interval.ts';
import { DAY, dayNumber } from './local-time.ts';
import type { ExtraHours, Schedule, TimeOff, WeeklyRule } from './schedule.ts';
import { openIntervals } from './slot-engine.ts';

/** Longer than a year of weeks, so that every offset two zones have to each other comes by. */
const YEAR_OF_WEEKS = 54 * 7;

type Line = WeeklyRule | ExtraHours;

const isExtra = (line: Line): line is ExtraHours => 'date' in line;

/**
 * Says whether hours leave the practitioner's other hours their time, now and for the year after both hold.
 * The line with the same id is the one being replaced. Instants are compared, since lines may be kept in
 * different zones, whose distance changes over the year. Hours inside the other line's break are no overlap,
 * nor are extra hours on a whole day off, which closes the weekly ones.
 *
 * Errors: conflict `availability_overlap` with the other line.
 */
export function assertNoOverlap(line: Line, { rules, exceptions }: Schedule, nowMs: number): void {
  const daysOff = exceptions.filter((one) => one.kind === 'off' && !one.startTime) as TimeOff[];
  const extras = exceptions.filter((one) => one.kind === 'extra');
  for (const other of [...rules, ...extras]) {
    if (other.id !== undefined && other.id === line.id) continue;
    // A day off does not make room for two weekly lines: they would meet on every other day.
    const off = isExtra(line) || isExtra(other) ? daysOff : [];
    const { start, end } = sharedYear(line, other, nowMs);
    const open = (one: Line) =>
      openIntervals(
        isExtra(one) ? { rules: [], exceptions: [one] } : { rules: [one], exceptions: off },
        start,
        end,
      );
    if (start >= end || !firstShared(open(line), open(other))) continue;
    throw conflict('availability_overlap', 'These hours overlap other hours of the same doctor.', {
      rule_id: other.id,
      ...(isExtra(other)
        ? { type: 'extra', date: other.date }
        : { type: 'weekly', day_of_week: other.weekday }),
      start_time: other.startTime,
      end_time: other.endTime,
      time_zone: other.zone,
    });
  }
}

/** A year from the moment both lines hold. The dates are widened by a day, as no zone is a day from UTC. */
function sharedYear(a: Line, b: Line, nowMs: number): Interval {
  let start = nowMs;
  let end = Number.POSITIVE_INFINITY;
  for (const line of [a, b]) {
    const [from, until] = isExtra(line) ? [line.date, line.date] : [line.validFrom, line.validUntil];
    if (from) start = Math.max(start, (dayNumber(from) - 1) * DAY);
    if (until) end = Math.min(end, (dayNumber(until) + 2) * DAY);
  }
  return { start, end: Math.min(end, start + YEAR_OF_WEEKS * DAY) };
}
