/** A half-open stretch of time in epoch milliseconds: `start` belongs to it, `end` does not. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** The same time as sorted intervals that neither overlap nor touch. Empty intervals vanish. */
export function merged(intervals: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  let last: Interval | undefined;
  for (const interval of inOrder(intervals)) {
    if (interval.start >= interval.end) continue;
    if (!last || interval.start > last.end) {
      last = interval;
      result.push(interval);
    } else if (interval.end > last.end) {
      last = { start: last.start, end: interval.end };
      result[result.length - 1] = last;
    }
  }
  return result;
}

/** Sorted by start. Mostly they come that way, and to see it is a tenth of the work of sorting again. */
function inOrder(intervals: readonly Interval[]): readonly Interval[] {
  const isSorted = intervals.every(
    ({ start }, i) => i === 0 || (intervals[i - 1] as Interval).start <= start,
  );
  return isSorted ? intervals : intervals.toSorted((a, b) => a.start - b.start);
}

/** What of `from` is not in `holes`; both merged. */
export function subtracted(from: readonly Interval[], holes: readonly Interval[]): Interval[] {
  if (holes.length === 0) return [...from];
  const result: Interval[] = [];
  for (const { start, end } of from) {
    let cursor = start;
    for (let i = firstEndingAfter(holes, start); i < holes.length; i++) {
      const hole = holes[i] as Interval;
      if (hole.start >= end) break;
      if (hole.start > cursor) result.push({ start: cursor, end: hole.start });
      cursor = hole.end;
    }
    if (cursor < end) result.push({ start: cursor, end });
  }
  return result;
}

/** The first stretch that two merged lists share. */
export function firstShared(a: readonly Interval[], b: readonly Interval[]): Interval | undefined {
  for (const { start, end } of a) {
    const other = b[firstEndingAfter(b, start)];
    if (other && other.start < end) {
      return { start: Math.max(start, other.start), end: Math.min(end, other.end) };
    }
  }
  return undefined;
}

/** Index of the first merged interval that ends after `time`; the list's length when none does. */
export function firstEndingAfter(intervals: readonly Interval[], time: number): number {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((intervals[middle] as Interval).end > time) high = middle;
    else low = middle + 1;
  }
  return low;
}
