import { invalid } from '#kernel';
import { dayNumber } from './local-time.ts';
import type { DateException } from './schedule.ts';
import { assertHours, assertSlotFits } from './weekly-rule.ts';
import { timeZoneId } from './zone-offsets.ts';

/**
 * Says whether an exception makes sense by itself. A range needs both of its times.
 *
 * Errors: invalid `invalid_date`, `unknown_time_zone`, `invalid_time`, `invalid_hours`, and for extra hours
 * `invalid_slot_length`, `slot_does_not_fit`.
 */
export function assertException(exception: DateException): void {
  const { startTime, endTime } = exception;
  dayNumber(exception.date);
  timeZoneId(exception.zone);
  if (exception.kind === 'extra') {
    assertHours(exception.startTime, exception.endTime);
    assertSlotFits(exception, []);
  } else if (startTime && endTime) {
    assertHours(startTime, endTime);
  } else if (startTime || endTime) {
    throw invalid('invalid_hours', 'Time off has both a start and an end, or neither for the whole day.', {
      startTime,
      endTime,
    });
  }
}
