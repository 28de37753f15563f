import { invalid } from '#kernel';
import { type Interval, merged, subtracted } from './interval.ts';
import { DAY, dayNumber, MINUTE, timeOfDay, weekdayOf } from './local-time.ts';
import type { Break, ExtraHours, Hours, Schedule, TimeOff, WeeklyRule } from './schedule.ts';
import { type ZoneOffsets, zoneOffsets } from './zone-offsets.ts';

/** Hours without a break, in milliseconds of the local day, and where slots start in them. */
export interface Piece extends Interval {
  readonly starts: readonly number[];
}

/** A weekly rule or one date's extra hours, read once and ready for arithmetic. */
export interface Source {
  readonly zone: ZoneOffsets;
  readonly weekday: number;
  readonly firstDay: number;
  readonly lastDay: number;
  readonly pieces: readonly Piece[];
  readonly slotMs: number;
  readonly stepMs: number;
  /** Place among the sources: time that two of them open belongs to the earlier one. */
  readonly rank: number;
  readonly isExtra: boolean;
}

/** One piece of a source on one local day, as instants. */
export interface Opening {
  readonly source: Source;
  readonly day: number;
  /** The open time; more than one interval when the clocks change inside the hours. */
  readonly intervals: readonly Interval[];
  /** Slots start at `base` plus each of `starts`. */
  readonly base: number;
  readonly starts: readonly number[];
}

/** A schedule read for repeated questions. */
export interface ReadSchedule {
  readonly sources: readonly Source[];
  /** Whole local days off: they close the weekly hours, not extra hours. */
  readonly daysOff: readonly Interval[];
  /** Ranges off: they close everything. */
  readonly rangesOff: readonly Interval[];
}

/**
 * What the engine computes with. Who asks a schedule often reads it once and asks that.
 *
 * Errors: invalid `unknown_time_zone`, `invalid_time`, `invalid_date`, `invalid_slot_length`.
 */
export function readSchedule(schedule: Schedule | ReadSchedule): ReadSchedule {
  if ('sources' in schedule) return schedule;
  const sources = schedule.rules.map(ruleSource);
  const daysOff: Interval[] = [];
  const rangesOff: Interval[] = [];
  for (const exception of schedule.exceptions) {
    if (exception.kind === 'extra') sources.push(extraSource(exception, sources.length));
    else (exception.startTime ? rangesOff : daysOff).push(...timeOff(exception));
  }
  return { sources, daysOff: merged(daysOff), rangesOff: merged(rangesOff) };
}

/**
 * Every opening that may hold an instant of the window, and no filter beyond that: openings reach past
 * the window, and those of different sources may overlap.
 */
export function openings(sources: readonly Source[], window: Interval): Opening[] {
  const found: Opening[] = [];
  for (const source of sources) {
    // A day more on both sides: a zone that falls back over midnight shows the older date again.
    const first = Math.max(source.firstDay, source.zone.dayAt(window.start) - 1);
    const last = Math.min(source.lastDay, source.zone.dayAt(window.end) + 1);
    const untilWeekday = (source.weekday - weekdayOf(first) + 7) % 7;
    for (let day = first + untilWeekday; day <= last; day += 7) {
      for (const piece of source.pieces) {
        const opening = openingOn(source, piece, day);
        if (opening) found.push(opening);
      }
    }
  }
  return found;
}

/** What the openings leave open after time off. */
export function openTime(found: readonly Opening[], read: ReadSchedule): Interval[] {
  const intervalsOf = (isExtra: boolean): Interval[] =>
    merged(found.filter(({ source }) => source.isExtra === isExtra).flatMap(({ intervals }) => intervals));
  const weekly = subtracted(intervalsOf(false), read.daysOff);
  return subtracted(merged([...weekly, ...intervalsOf(true)]), read.rangesOff);
}

/** How many different hours are kept; the world has fewer, unless somebody makes them up. */
const MAX_KEPT = 10_000;
const keptPieces = new Map<string, readonly Piece[]>();

/** As `piecesOf`. Most practitioners keep the hours of many others, and of their own other weekdays: they share them. */
function sharedPieces(hours: Hours, breaks: readonly Break[]): readonly Piece[] {
  const { startTime, endTime, slotMinutes, bufferMinutes } = hours;
  const name = JSON.stringify([startTime, endTime, slotMinutes, bufferMinutes, breaks]);
  const kept = keptPieces.get(name);
  if (kept) return kept;
  const pieces = piecesOf(hours, breaks);
  if (keptPieces.size >= MAX_KEPT) keptPieces.clear();
  keptPieces.set(name, pieces);
  return pieces;
}

/** Hours without their breaks, each piece with its own grid of slots from its own beginning. */
export function piecesOf(hours: Hours, breaks: readonly Break[]): Piece[] {
  const { slotMs, stepMs } = slotLength(hours);
  const whole = [{ start: timeOfDay(hours.startTime), end: timeOfDay(hours.endTime) }];
  const pauses = breaks.map((pause) => ({ start: timeOfDay(pause.start), end: timeOfDay(pause.end) }));
  return subtracted(merged(whole), merged(pauses)).map(({ start, end }) => {
    const starts: number[] = [];
    for (let at = start; at + slotMs <= end; at += stepMs) starts.push(at);
    return { start, end, starts };
  });
}

function slotLength({ slotMinutes, bufferMinutes }: Hours): { slotMs: number; stepMs: number } {
  const buffer = bufferMinutes ?? 0;
  if (!Number.isInteger(slotMinutes) || slotMinutes < 1 || !Number.isInteger(buffer) || buffer < 0) {
    throw invalid('invalid_slot_length', 'A slot takes one minute or more; the gap after it none or more.', {
      slotMinutes,
      bufferMinutes: buffer,
    });
  }
  return { slotMs: slotMinutes * MINUTE, stepMs: (slotMinutes + buffer) * MINUTE };
}

function ruleSource(rule: WeeklyRule, rank: number): Source {
  return {
    zone: zoneOffsets(rule.zone),
    weekday: rule.weekday,
    firstDay: rule.validFrom ? dayNumber(rule.validFrom) : Number.NEGATIVE_INFINITY,
    lastDay: rule.validUntil ? dayNumber(rule.validUntil) : Number.POSITIVE_INFINITY,
    pieces: sharedPieces(rule, rule.breaks),
    ...slotLength(rule),
    rank,
    isExtra: false,
  };
}

/** Extra hours are a weekly rule that holds on one date. */
function extraSource(extra: ExtraHours, rank: number): Source {
  const rule = { ...extra, weekday: weekdayOf(dayNumber(extra.date)), breaks: [] };
  return { ...ruleSource({ ...rule, validFrom: extra.date, validUntil: extra.date }, rank), isExtra: true };
}

function timeOff({ zone, date, startTime, endTime }: TimeOff): Interval[] {
  const range = { start: timeOfDay(startTime ?? '00:00'), end: timeOfDay(endTime ?? '24:00') };
  return instantsOf(zoneOffsets(zone), dayNumber(date), range);
}

/** The instants of a local day at which its clock shows a time in the range: two stretches when it shows it twice. */
export function instantsOf(zone: ZoneOffsets, day: number, range: Interval): Interval[] {
  return merged(
    zone.spansAround(day).map((span) => ({
      start: Math.max(span.start, day * DAY + range.start - span.offset),
      end: Math.min(span.end, day * DAY + range.end - span.offset),
    })),
  );
}

function openingOn(source: Source, piece: Piece, day: number): Opening | undefined {
  const steady = source.zone.steadySpan(day);
  if (steady) {
    const base = day * DAY - steady.offset;
    const interval = { start: base + piece.start, end: base + piece.end };
    return { source, day, intervals: [interval], base, starts: piece.starts };
  }
  const intervals = instantsOf(source.zone, day, piece);
  if (intervals.length === 0) return undefined;
  const base = day * DAY;
  const starts = startsAcrossChange(source, piece, day, intervals).map((start) => start - base);
  return { source, day, intervals, base, starts };
}

/**
 * Slot starts on a day whose clocks may change. A slot starts wherever the clock shows a time of the grid:
 * nowhere in a gap, twice in a repeated hour – but never before the previous slot and its buffer are over.
 */
function startsAcrossChange(source: Source, piece: Piece, day: number, open: readonly Interval[]): number[] {
  const { zone, slotMs, stepMs } = source;
  const shown: number[] = [];
  for (let at = piece.start; at < piece.end; at += stepMs) shown.push(...zone.localToEpoch(day * DAY + at));
  let free = Number.NEGATIVE_INFINITY;
  return shown
    .sort((a, b) => a - b)
    .filter((start) => {
      const fits = open.some((interval) => interval.start <= start && start + slotMs <= interval.end);
      if (!fits || start < free) return false;
      free = start + stepMs;
      return true;
    });
}
