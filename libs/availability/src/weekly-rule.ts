import { conflict, invalid } from '#kernel';
import { firstShared, type Interval } from './interval.ts';
import { DAY, dayNumber, timeOfDay } from './local-time.ts';
import { piecesOf } from './openings.ts';
import type { Break, Hours, WallTime, WeeklyRule } from './schedule.ts';
import { openIntervals } from './slot-engine.ts';
import { timeZoneId } from './zone-offsets.ts';

/** Longer than a year of weeks, so that every offset two zones have to each other comes by. */
const YEAR_OF_WEEKS = 54 * 7;

/**
 * Says whether a weekly rule makes sense by itself. Hours that cross midnight are two rules.
 *
 * Errors: invalid `invalid_weekday`, `invalid_time`, `invalid_hours`, `invalid_break`, `invalid_date`,
 * `invalid_validity`, `invalid_slot_length`, `slot_does_not_fit`, `unknown_time_zone`.
 */
export function assertRule(rule: WeeklyRule): void {
  const { weekday, startTime, endTime, breaks, validFrom, validUntil } = rule;
  if (!Number.isInteger(weekday) || weekday < 1 || weekday > 7) {
    throw invalid('invalid_weekday', 'The weekday is a number from 1 (Monday) to 7 (Sunday).', { weekday });
  }
  timeZoneId(rule.zone);
  assertHours(startTime, endTime);
  for (const pause of breaks) {
    const [start, end] = [timeOfDay(pause.start), timeOfDay(pause.end)];
    if (start >= end || start < timeOfDay(startTime) || end > timeOfDay(endTime)) {
      throw invalid('invalid_break', 'A break starts before it ends and lies inside the hours.', {
        ...pause,
      });
    }
  }
  const firstDay = validFrom ? dayNumber(validFrom) : Number.NEGATIVE_INFINITY;
  const lastDay = validUntil ? dayNumber(validUntil) : Number.POSITIVE_INFINITY;
  if (firstDay > lastDay) {
    throw invalid('invalid_validity', 'The last date must not be before the first.', {
      validFrom,
      validUntil,
    });
  }
  assertSlotFits(rule, breaks);
}

/**
 * Says whether a rule leaves the practitioner's other rules their time, now and for the year after both hold.
 * A rule with the same id is the one being replaced. Instants are compared, since the rules may be kept in
 * different zones, whose distance changes over the year; hours inside the other rule's break are no overlap.
 *
 * Errors: conflict `availability_overlap` with the `ruleId` of the other rule.
 */
export function assertNoOverlap(rule: WeeklyRule, others: readonly WeeklyRule[], nowMs: number): void {
  for (const other of others) {
    if (other.id !== undefined && other.id === rule.id) continue;
    const { start, end } = sharedYear(rule, other, nowMs);
    const open = (one: WeeklyRule) => openIntervals({ rules: [one], exceptions: [] }, start, end);
    if (start >= end || !firstShared(open(rule), open(other))) continue;
    throw conflict('availability_overlap', 'These hours overlap other hours of the same practitioner.', {
      ruleId: other.id,
      weekday: other.weekday,
      startTime: other.startTime,
      endTime: other.endTime,
      zone: other.zone,
    });
  }
}

/** A year from the moment both rules hold. The dates are widened by a day, as no zone is a day from UTC. */
function sharedYear(a: WeeklyRule, b: WeeklyRule, nowMs: number): Interval {
  let start = nowMs;
  let end = Number.POSITIVE_INFINITY;
  for (const { validFrom, validUntil } of [a, b]) {
    if (validFrom) start = Math.max(start, (dayNumber(validFrom) - 1) * DAY);
    if (validUntil) end = Math.min(end, (dayNumber(validUntil) + 2) * DAY);
  }
  return { start, end: Math.min(end, start + YEAR_OF_WEEKS * DAY) };
}

/** Errors: invalid `invalid_time`, `invalid_hours`. */
export function assertHours(startTime: WallTime, endTime: WallTime): void {
  if (timeOfDay(startTime) >= timeOfDay(endTime)) {
    throw invalid('invalid_hours', 'The hours must start before they end, on one day.', {
      startTime,
      endTime,
    });
  }
}

/** Errors: invalid `invalid_slot_length`, `slot_does_not_fit`. */
export function assertSlotFits(hours: Hours, breaks: readonly Break[]): void {
  if (piecesOf(hours, breaks).every(({ starts }) => starts.length === 0)) {
    throw invalid('slot_does_not_fit', 'The hours are too short for a single slot.');
  }
}
