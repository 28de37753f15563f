import { invalid } from '#kernel';
import { firstEndingAfter, type Interval } from './interval.ts';
import { DAY } from './local-time.ts';

/**
 * A stretch of time in which a zone keeps one UTC offset, so that local = epoch + offset.
 * "Local" milliseconds are those of a clock read as if it stood at UTC.
 */
export interface OffsetSpan extends Interval {
  /** Milliseconds, positive east of Greenwich. */
  readonly offset: number;
}

const YEAR = 366 * DAY;
const YEARS_AHEAD = 5;

/**
 * The offsets of one time zone as a table that is built with Temporal once and then searched.
 * Temporal alone takes microseconds for each conversion, which a calendar makes by the ten thousand.
 */
export class ZoneOffsets {
  #spans: OffsetSpan[] = [];
  #knownFrom = Number.POSITIVE_INFINITY;
  #knownUntil = Number.NEGATIVE_INFINITY;

  constructor(readonly id: string) {}

  /** The span that holds the instant. */
  spanAt(epochMs: number): OffsetSpan {
    const spans = this.#covering(epochMs, epochMs);
    return spans[firstEndingAfter(spans, epochMs)] as OffsetSpan;
  }

  /** The date in this zone at an instant, as days since 1970-01-01. */
  dayAt(epochMs: number): number {
    return Math.floor((epochMs + this.spanAt(epochMs).offset) / DAY);
  }

  /**
   * The one span that holds every instant of a local day, or undefined when the clocks may change on
   * it. A clock has never been moved by more than a day, so a day's distance on both sides is proof.
   */
  steadySpan(day: number): OffsetSpan | undefined {
    const span = this.spanAt(day * DAY);
    const midnight = day * DAY - span.offset;
    return span.start <= midnight - DAY && midnight + 2 * DAY <= span.end ? span : undefined;
  }

  /** The spans that may hold instants of a local day, in order. */
  spansAround(day: number): OffsetSpan[] {
    const from = (day - 2) * DAY;
    const until = (day + 3) * DAY;
    return this.#covering(from, until).filter((span) => span.start < until && span.end > from);
  }

  /**
   * The instants at which the local clock shows a time: none inside a spring-forward gap, two in the
   * hour that a fall-back repeats, otherwise one.
   */
  localToEpoch(localMs: number): number[] {
    return this.spansAround(Math.floor(localMs / DAY))
      .filter(({ start, end, offset }) => start <= localMs - offset && localMs - offset < end)
      .map(({ offset }) => localMs - offset);
  }

  #covering(from: number, until: number): OffsetSpan[] {
    if (from < this.#knownFrom || until > this.#knownUntil) {
      this.#knownFrom = Math.min(this.#knownFrom, from - YEAR);
      this.#knownUntil = Math.max(this.#knownUntil, until + YEARS_AHEAD * YEAR);
      this.#spans = readSpans(this.id, this.#knownFrom, this.#knownUntil);
    }
    return this.#spans;
  }
}

/** The spans between two instants. The first and the last are open, being valid only this far. */
function readSpans(zone: string, from: number, until: number): OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  let start = Number.NEGATIVE_INFINITY;
  let at = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    const offset = at.offsetNanoseconds / 1e6;
    if (next === null || next.epochMilliseconds >= until) {
      spans.push({ start, end: Number.POSITIVE_INFINITY, offset });
      return spans;
    }
    spans.push({ start, end: next.epochMilliseconds, offset });
    start = next.epochMilliseconds;
    at = next;
  }
}

const known = new Map<string, ZoneOffsets>();

/**
 * The offsets of a zone, shared by all callers.
 *
 * Errors: invalid `unknown_time_zone`. A bare offset such as +05:30 is no zone: it knows no clock change.
 */
export function zoneOffsets(zone: string): ZoneOffsets {
  return known.get(zone) ?? learn(timeZoneId(zone));
}

/**
 * A zone's name in the letter case of the IANA database.
 *
 * Errors: invalid `unknown_time_zone`.
 */
export function timeZoneId(zone: string): string {
  try {
    if (/^[a-z]/i.test(zone)) return new Temporal.ZonedDateTime(0n, zone).timeZoneId;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw invalid('unknown_time_zone', 'The time zone must be an IANA name such as Europe/Paris.', { zone });
}

/** Kept under the database's own spelling only, so that the table cannot grow past the zones there are. */
function learn(id: string): ZoneOffsets {
  const offsets = known.get(id) ?? new ZoneOffsets(id);
  known.set(id, offsets);
  return offsets;
}
