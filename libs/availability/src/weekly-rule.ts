import { invalid } from '#kernel';
import { dayNumber, timeOfDay } from './local-time.ts';
import { piecesOf } from './openings.ts';
import type { Break, Hours, WallTime, WeeklyRule } from './schedule.ts';
import { timeZoneId } from './zone-offsets.ts';

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
        startTime: pause.start,
        endTime: pause.end,
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
