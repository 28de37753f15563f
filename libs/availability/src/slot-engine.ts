import { firstEndingAfter, type Interval, merged, subtracted } from './interval.ts';
import { DAY, MINUTE } from './local-time.ts';
import {
  type Opening,
  openings,
  openTime,
  type ReadSchedule,
  readSchedule,
  type Source,
} from './openings.ts';
import type { Schedule } from './schedule.ts';

/** A bookable stretch of time in epoch milliseconds, without the buffer that follows it. */
export type Slot = Interval;

/** What narrows the open time down to what may be booked. */
export interface SlotLimits {
  /** Epoch milliseconds. */
  readonly now: number;
  /** A slot starts at least this long after `now`. */
  readonly minimumNoticeMinutes: number;
  /** Last bookable day: 0 is today, 1 tomorrow, by the calendar of the zone in which the hours are kept. */
  readonly horizonDays: number;
  /** Time that is taken, each visit with the buffer after it, in any order. */
  readonly busy: readonly Interval[];
  /** Time in which no slot starts, such as a day that has all the visits it takes; in any order. */
  readonly full?: readonly Interval[];
  /** No slot starts at this instant or later, as when a licence ends. */
  readonly until?: number;
}

/**
 * The time that a schedule opens between two instants, as sorted intervals that do not touch. Bookings,
 * notice and horizon play no part.
 *
 * Errors: as {@link slots}.
 */
export function openIntervals(
  schedule: Schedule | ReadSchedule,
  fromEpochMs: number,
  toEpochMs: number,
): Interval[] {
  const read = readSchedule(schedule);
  const found = openings(read.sources, { start: fromEpochMs, end: toEpochMs });
  return openTime(found, read).flatMap(({ start, end }) => {
    const inside = { start: Math.max(start, fromEpochMs), end: Math.min(end, toEpochMs) };
    return inside.start < inside.end ? [inside] : [];
  });
}

/**
 * The bookable slots that start inside the window (half-open), in order of time.
 *
 * A slot starts on the grid of its hours – start of the hours, or end of a break, plus whole steps of slot
 * and buffer – and lies wholly in open and free time; its buffer need only be free. Its start is what the wall
 * clock shows, so 09:00 stays 09:00 when the clocks change.
 *
 * Errors: invalid `unknown_time_zone`, `invalid_time`, `invalid_date`, `invalid_slot_length` for a schedule
 * that would not pass {@link assertRule} and {@link assertException}.
 */
export function slots(schedule: Schedule | ReadSchedule, window: Interval, limits: SlotLimits): Slot[] {
  return slotsOf(readSchedule(schedule), window, limits, merged(limits.busy));
}

/** The bookable slot that starts exactly then, and the time to keep free after it. Errors: as {@link slots}. */
export function slotAt(
  schedule: Schedule | ReadSchedule,
  startMs: number,
  limits: SlotLimits,
): (Slot & { readonly bufferMinutes: number }) | undefined {
  const window = { start: startMs, end: startMs + 1 };
  const [slot] = slots(schedule, window, limits);
  if (!slot) return undefined;
  const { source } = openings(readSchedule(schedule).sources, window).find(
    (opening) =>
      opening.source.slotMs === slot.end - slot.start && opening.starts.includes(startMs - opening.base),
  ) as Opening;
  return { ...slot, bufferMinutes: (source.stepMs - source.slotMs) / MINUTE };
}

/** The first bookable slot that starts at `fromMs` or later. Errors: as {@link slots}. */
export function nextFree(
  schedule: Schedule | ReadSchedule,
  fromMs: number,
  limits: SlotLimits,
): Slot | undefined {
  const read = readSchedule(schedule);
  const busy = merged(limits.busy);
  const { start: from, end: last } = bookable({ start: fromMs, end: Number.POSITIVE_INFINITY }, limits);
  // Each look is twice as long: most calendars answer in the first week, an emptier one in a few more looks.
  let look = { start: from, end: from + 7 * DAY };
  while (look.start < last) {
    const [slot] = slotsOf(read, look, limits, busy);
    if (slot) return slot;
    look = { start: look.end, end: look.end + 2 * (look.end - look.start) };
  }
  return undefined;
}

/**
 * Up to `count` bookable slots whose start is closest to an instant, before or after it, in order of time.
 *
 * Errors: as {@link slots}.
 */
export function nearestFree(
  schedule: Schedule | ReadSchedule,
  aroundMs: number,
  count: number,
  limits: SlotLimits,
): Slot[] {
  const read = readSchedule(schedule);
  const busy = merged(limits.busy);
  const distance = ({ start }: Slot): number => Math.abs(start - aroundMs);
  const whole = bookable({ start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }, limits);
  for (let reach = DAY; ; reach *= 2) {
    const window = { start: aroundMs - reach, end: aroundMs + reach };
    const found = slotsOf(read, window, limits, busy);
    const isMoreBeyond = window.start > whole.start || window.end < whole.end;
    if (found.length >= count || !isMoreBeyond) {
      return found
        .sort((a, b) => distance(a) - distance(b))
        .slice(0, count)
        .sort((a, b) => a.start - b.start);
    }
  }
}

/** The part of a window in which notice and horizon let any zone book. */
function bookable(window: Interval, limits: SlotLimits): Interval {
  const { now, minimumNoticeMinutes, horizonDays, until = Number.POSITIVE_INFINITY } = limits;
  return {
    start: Math.max(window.start, now + minimumNoticeMinutes * MINUTE),
    // Two days more than the horizon hold the end of its last local day, whatever the zone.
    end: Math.min(window.end, now + (horizonDays + 2) * DAY, until),
  };
}

function slotsOf(read: ReadSchedule, asked: Interval, limits: SlotLimits, busy: readonly Interval[]): Slot[] {
  const window = bookable(asked, limits);
  if (window.start >= window.end) return [];

  const found = openings(read.sources, window).sort(byStart);
  const contested = overlapping(found);
  const closed = closedTime(read, busy);
  const full = merged(limits.full ?? []);
  const lastDays = read.sources.map(({ zone }) => zone.dayAt(limits.now) + limits.horizonDays);

  const result: Slot[] = [];
  for (const opening of found) {
    const { day, source } = opening;
    if (day > (lastDays[source.rank] as number)) continue;
    const shut = closed(source);
    const taken = contested.has(opening)
      ? merged([...shut, ...earlierClaims(opening, contested, read)])
      : shut;
    cut(opening, window, taken, full, result);
  }
  return contested.size > 0 ? result.sort((a, b) => a.start - b.start) : result;
}

/**
 * The time that a slot of a source must miss. Its buffer must miss the visits too, but may reach into time
 * off: so to a slot with a buffer each visit begins that much earlier.
 */
function closedTime(read: ReadSchedule, busy: readonly Interval[]): (source: Source) => readonly Interval[] {
  const known = new Map<number, readonly Interval[]>();
  return ({ slotMs, stepMs, isExtra }) => {
    const buffer = stepMs - slotMs;
    const key = isExtra ? -1 - buffer : buffer;
    const before = known.get(key);
    if (before) return before;
    const visits = buffer === 0 ? busy : busy.map(({ start, end }) => ({ start: start - buffer, end }));
    const off = isExtra ? read.rangesOff : [...read.rangesOff, ...read.daysOff];
    const closed = buffer === 0 && off.length === 0 ? visits : merged([...visits, ...off]);
    known.set(key, closed);
    return closed;
  };
}

const never: Interval = { start: Number.POSITIVE_INFINITY, end: Number.POSITIVE_INFINITY };

/** Adds the slots of an opening that start in the window, miss every taken interval and start in no full one. */
function cut(
  opening: Opening,
  { start: from, end: until }: Interval,
  taken: readonly Interval[],
  full: readonly Interval[],
  result: Slot[],
): void {
  const { base, starts } = opening;
  const { slotMs } = opening.source;
  let next = firstEndingAfter(taken, startOf(opening));
  let hurdle = taken[next] ?? never;
  const isFull = (start: number) => (full[firstEndingAfter(full, start)] ?? never).start <= start;
  for (const offset of starts) {
    const start = base + offset;
    const end = start + slotMs;
    if (start >= until) return;
    while (hurdle.end <= start) hurdle = taken[++next] ?? never;
    if (start >= from && end <= hurdle.start && !(full.length > 0 && isFull(start))) {
      result.push({ start, end });
    }
  }
}

const startOf = ({ intervals }: Opening): number => (intervals[0] as Interval).start;
const endOf = ({ intervals }: Opening): number => (intervals.at(-1) as Interval).end;
const byStart = (a: Opening, b: Opening): number => startOf(a) - startOf(b);

/** The openings, in order of their start, that may share time with another one. */
function overlapping(sorted: readonly Opening[]): Set<Opening> {
  const shared = new Set<Opening>();
  let longest: Opening | undefined;
  for (const opening of sorted) {
    if (longest && startOf(opening) < endOf(longest)) shared.add(longest).add(opening);
    if (!longest || endOf(opening) > endOf(longest)) longest = opening;
  }
  return shared;
}

/** What sources of an earlier rank open of the same time, so that no two slots on offer overlap. */
function earlierClaims(opening: Opening, contested: Set<Opening>, read: ReadSchedule): Interval[] {
  return [...contested]
    .filter((other) => other.source.rank < opening.source.rank)
    .flatMap(({ source, intervals }) => (source.isExtra ? intervals : subtracted(intervals, read.daysOff)));
}
