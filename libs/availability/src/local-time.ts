import { invalid } from '#kernel';
import type { LocalDate, WallTime } from './schedule.ts';

export const MINUTE = 60_000;
export const DAY = 86_400_000;

/**
 * Milliseconds from the start of the day that a wall clock shows; '24:00' gives a whole day.
 *
 * Errors: invalid `invalid_time`, also for a time that is not on a full minute.
 */
export function timeOfDay(time: WallTime): number {
  const isWritten = /^\d\d:[0-5]\d(:00)?$/.test(time);
  const minutes = Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  if (!isWritten || minutes > 24 * 60) {
    throw invalid('invalid_time', 'A time of day is written HH:MM, from 00:00 to 24:00.', { time });
  }
  return minutes * MINUTE;
}

/**
 * A calendar date as the number of days since 1970-01-01.
 *
 * Errors: invalid `invalid_date`.
 */
export function dayNumber(date: LocalDate): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(date) : Number.NaN;
  // Date.parse takes 30 February for 2 March: only a date that reads back the same exists.
  if (new Date(ms).getUTCDate() !== Number(date.slice(8))) {
    throw invalid('invalid_date', 'A date is written YYYY-MM-DD and must exist.', { date });
  }
  return ms / DAY;
}

export function dateOf(day: number): LocalDate {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** ISO weekday, 1 for Monday to 7 for Sunday; 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}
