import { toHundredths } from './vitals.entity.ts';

export const BUCKETS = ['day', 'week', 'month'] as const;
export type Bucket = (typeof BUCKETS)[number];

/** One number of one sign, and when it was taken. */
export interface TrendReading {
  readonly at: Temporal.Instant;
  readonly value: number;
}

/** What was measured in one day, week or month. */
export interface TrendPoint {
  /** The first day of it, in the zone that was asked for. Weeks begin on Monday. */
  readonly start: Temporal.PlainDate;
  readonly min: number;
  readonly max: number;
  /** To two decimals. */
  readonly mean: number;
  /** The one that was taken last. */
  readonly last: number;
  readonly count: number;
}

/** Readings in the order of time, gathered by the calendar of `timeZone`. What has no reading has no point. */
export function trendOf(readings: readonly TrendReading[], bucket: Bucket, timeZone: string): TrendPoint[] {
  const byStart = Map.groupBy(readings, ({ at }) => startOf(at, bucket, timeZone).toString());
  return [...byStart].map(([start, group]) => {
    const values = group.map(({ value }) => value);
    return {
      start: Temporal.PlainDate.from(start),
      min: Math.min(...values),
      max: Math.max(...values),
      mean: toHundredths(values.reduce((sum, value) => sum + value, 0) / values.length),
      last: values[values.length - 1] as number,
      count: values.length,
    };
  });
}

function startOf(at: Temporal.Instant, bucket: Bucket, timeZone: string): Temporal.PlainDate {
  const day = at.toZonedDateTimeISO(timeZone).toPlainDate();
  if (bucket === 'week') return day.subtract({ days: day.dayOfWeek - 1 });
  return bucket === 'month' ? day.with({ day: 1 }) : day;
}
