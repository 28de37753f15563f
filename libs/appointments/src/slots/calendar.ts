import {
  type Interval,
  localDay,
  nearestFree,
  nextFree,
  nextMidnight,
  type ReadSchedule,
  readSchedule,
  type Schedule,
  type Slot,
  type SlotLimits,
  slotAt,
  slots,
} from '#availability';
import { type Doctor, licensedUntil } from '#doctors';

const DAY = 86_400_000;
/** How far ahead the free slots are kept: most questions are about the coming days. */
const AHEAD = 14 * DAY;

const CLOSED = readSchedule({ rules: [], exceptions: [] });

/** What a practitioner says of bookings, beside the hours. */
export type BookingRules = Pick<
  Doctor,
  'acceptingPatients' | 'minimumNoticeMinutes' | 'bookingHorizonDays' | 'dailyLimit' | 'timeZone'
> & {
  /** Epoch milliseconds from which nothing can be booked: the licence has ended. */
  readonly until: number;
};

export function bookingRulesOf({
  acceptingPatients,
  minimumNoticeMinutes,
  bookingHorizonDays,
  dailyLimit,
  timeZone,
  ...licence
}: Omit<BookingRules, 'until'> & Parameters<typeof licensedUntil>[0]): BookingRules {
  const until = licensedUntil(licence).epochMilliseconds;
  return { acceptingPatients, minimumNoticeMinutes, bookingHorizonDays, dailyLimit, timeZone, until };
}

/** Time that a visit takes from the practitioner, its buffer included. Epoch milliseconds. */
export interface TakenTime extends Interval {
  /** When a hold lapses; infinity for a visit that is sure. */
  readonly heldUntil: number;
}

/** The free slots of the coming days, found once. */
interface Coming {
  /** Every slot that starts in `[from, until)`, before any notice. */
  readonly from: number;
  readonly until: number;
  /** The instant from which it may be wrong, though nobody changed anything: a date begins or a hold lapses. */
  readonly goodUntil: number;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** The first slot at `until` or later, `null` for none; unknown until somebody asks. */
  later?: Slot | null;
}

/**
 * What can be booked with one practitioner, as of one state of the hours and visits. It is asked many times
 * between two changes, so the free slots of the coming days are found once, in two plain arrays: to search a
 * specialty is then a binary search for each doctor. All times are epoch milliseconds.
 */
export class Calendar {
  readonly #rules: BookingRules;
  readonly #hours: ReadSchedule;
  /** The hours that patients may book. */
  readonly #schedule: ReadSchedule;
  /** Start, end and lapse of each live visit, one after the other: as objects they are five times as large. */
  readonly #taken: Float64Array;
  readonly #over: readonly number[];
  #known: Coming | undefined;

  /**
   * @param schedule the hours; without any, nothing can be booked.
   * @param taken the live visits, in order of time.
   * @param over when the visits of late started that are over: they count to their day.
   */
  constructor(
    rules: BookingRules,
    schedule: Schedule | undefined,
    taken: readonly TakenTime[],
    over: readonly number[] = [],
  ) {
    this.#rules = rules;
    this.#hours = schedule ? readSchedule(schedule) : CLOSED;
    this.#schedule = rules.acceptingPatients ? this.#hours : CLOSED;
    this.#taken = Float64Array.from(taken.flatMap(({ start, end, heldUntil }) => [start, end, heldUntil]));
    this.#over = over;
  }

  /** The bookable slots that start in the window, soonest first; the first `count` of them where it is given. */
  slots(window: Interval, now: number, count = Number.POSITIVE_INFINITY): Slot[] {
    const start = this.#earliest(window.start, now);
    const coming = this.#coming(now);
    const found: Slot[] = [];
    for (let i = firstAtOrAfter(coming.starts, start); i < coming.starts.length; i++) {
      const slot = slotOf(coming, i);
      if (slot.start >= window.end || found.length >= count) return found;
      found.push(slot);
    }
    if (window.end <= coming.until || found.length >= count) return found;
    const beyond = { start: Math.max(start, coming.until), end: window.end };
    const later = slots(this.#schedule, beyond, this.#limits(now));
    return [...found, ...later.slice(0, count - found.length)];
  }

  /**
   * When the first bookable slot starts at `from` or later, infinity for never, and until when that is right if
   * nobody books.
   */
  outlook(from: number, now: number): { readonly start: number; readonly goodUntil: number } {
    const start = this.#nextStart(from, now);
    const noticeEnds = start - this.#rules.minimumNoticeMinutes * 60_000 + 1;
    return { start, goodUntil: Math.min(this.#coming(now).goodUntil, noticeEnds) };
  }

  #nextStart(from: number, now: number): number {
    const coming = this.#coming(now);
    const i = firstAtOrAfter(coming.starts, this.#earliest(from, now));
    return coming.starts[i] ?? this.next(from, now)?.start ?? Number.POSITIVE_INFINITY;
  }

  /** The first bookable slot that starts at `from` or later. */
  next(from: number, now: number): Slot | undefined {
    const start = this.#earliest(from, now);
    const coming = this.#coming(now);
    const i = firstAtOrAfter(coming.starts, start);
    if (i < coming.starts.length) return slotOf(coming, i);
    if (start > coming.until) return nextFree(this.#schedule, start, this.#limits(now));
    if (coming.later === undefined) {
      coming.later = nextFree(this.#schedule, coming.until, this.#withoutNotice(now)) ?? null;
    }
    return coming.later ?? undefined;
  }

  /** Up to `count` bookable slots closest to an instant, in order of time. */
  nearest(to: number, count: number, now: number): Slot[] {
    return nearestFree(this.#schedule, to, count, this.#limits(now));
  }

  /**
   * The slot of the hours that starts exactly then, taken or not, and the time to keep free after it; also of
   * one who takes no new bookings, since a visit that is booked may move.
   */
  onGrid(
    start: number,
    now: number,
    notice: boolean,
  ): (Slot & { readonly bufferMinutes: number }) | undefined {
    const limits = notice ? this.#limits(now) : this.#withoutNotice(now);
    return slotAt(this.#hours, start, { ...limits, busy: [], full: [] });
  }

  #earliest(from: number, now: number): number {
    return Math.max(from, now + this.#rules.minimumNoticeMinutes * 60_000);
  }

  #coming(now: number): Coming {
    const known = this.#known;
    if (known && known.from <= now && now < known.goodUntil) return known;
    const until = now + AHEAD;
    const found = slots(this.#schedule, { start: now, end: until }, this.#withoutNotice(now));
    this.#known = {
      from: now,
      until,
      goodUntil: this.#goodUntil(now),
      starts: Float64Array.from(found, ({ start }) => start),
      ends: Float64Array.from(found, ({ end }) => end),
    };
    return this.#known;
  }

  /** The horizon moves when a day begins, and a slot comes back when a hold lapses. */
  #goodUntil(now: number): number {
    const zones = new Set(this.#schedule.sources.map(({ zone }) => zone.id));
    let goodUntil = Math.min(...[...zones].map((zone) => nextMidnight(zone, now)));
    for (const { heldUntil } of this.#live(now)) goodUntil = Math.min(goodUntil, heldUntil);
    return goodUntil;
  }

  #limits(now: number): SlotLimits {
    const { minimumNoticeMinutes, bookingHorizonDays, until } = this.#rules;
    const busy = this.#live(now);
    return {
      now,
      minimumNoticeMinutes,
      horizonDays: bookingHorizonDays,
      until,
      busy,
      full: this.#full(busy),
    };
  }

  /** A hold that has lapsed gives way to the next booking, whether or not its job has run. */
  #live(now: number): TakenTime[] {
    const live: TakenTime[] = [];
    for (let i = 0; i < this.#taken.length; i += 3) {
      const heldUntil = this.#taken[i + 2] as number;
      if (heldUntil <= now) continue;
      live.push({ start: this.#taken[i] as number, end: this.#taken[i + 1] as number, heldUntil });
    }
    return live;
  }

  #withoutNotice(now: number): SlotLimits {
    return { ...this.#limits(now), minimumNoticeMinutes: 0 };
  }

  /** The days of the practitioner's own zone that have all the visits they take. */
  #full(busy: readonly Interval[]): Interval[] {
    const { dailyLimit, timeZone } = this.#rules;
    if (dailyLimit === null) return [];
    const days = new Map<number, { readonly stretches: Interval[]; visits: number }>();
    for (const start of [...busy.map((visit) => visit.start), ...this.#over]) {
      const stretches = localDay(timeZone, start);
      const key = stretches[0]?.start ?? start;
      const day = days.get(key) ?? { stretches, visits: 0 };
      day.visits += 1;
      days.set(key, day);
    }
    return [...days.values()].flatMap(({ stretches, visits }) => (visits >= dailyLimit ? stretches : []));
  }
}

const slotOf = ({ starts, ends }: Coming, i: number): Slot => ({
  start: starts[i] as number,
  end: ends[i] as number,
});

/** Index of the first of the sorted instants that is not before `time`. */
function firstAtOrAfter(sorted: Float64Array, time: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
