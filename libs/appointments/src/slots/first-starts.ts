import type { Calendar } from './calendar.ts';

/** Gives the calendar of each practitioner. */
export type ReadCalendars = (practitionerIds: readonly string[]) => Promise<(Calendar | undefined)[]>;

/**
 * When each of many doctors is free first, at an instant or later: numbers in plain arrays, since to visit ten
 * thousand calendars all over the memory takes milliseconds and to walk along an array takes none. All times are
 * epoch milliseconds, infinity for never.
 */
export class FirstStarts {
  readonly #starts: Float64Array;
  /** Until when each start is right if nobody changes anything. */
  readonly #goodUntil: Float64Array;
  /** Which change, counted, was the last one of each. */
  readonly #changedIn: Uint32Array;
  #changes = 0;
  #askedAt = Number.NEGATIVE_INFINITY;

  /** @param from the instant; the one of each question when left out. */
  constructor(
    private readonly ids: readonly string[],
    private readonly from?: number,
  ) {
    this.#starts = new Float64Array(ids.length);
    this.#goodUntil = new Float64Array(ids.length).fill(Number.NEGATIVE_INFINITY);
    this.#changedIn = new Uint32Array(ids.length);
  }

  /** The calendars of the doctors at these places have changed. */
  forget(places: readonly number[]): void {
    this.#changes += 1;
    for (const place of places) {
      this.#goodUntil[place] = Number.NEGATIVE_INFINITY;
      this.#changedIn[place] = this.#changes;
    }
  }

  /** In the order of `ids`. */
  async at(now: number, read: ReadCalendars): Promise<Float64Array> {
    // A clock that was put back makes earlier slots bookable.
    if (now < this.#askedAt) this.#goodUntil.fill(Number.NEGATIVE_INFINITY);
    this.#askedAt = now;
    const outdated: number[] = [];
    for (let place = 0; place < this.ids.length; place++) {
      if (now >= (this.#goodUntil[place] as number)) outdated.push(place);
    }
    if (outdated.length === 0) return this.#starts.slice();
    const changes = this.#changes;
    const calendars = await read(outdated.map((place) => this.ids[place] as string));
    const starts = this.#starts.slice();
    for (const [i, place] of outdated.entries()) {
      const { start, goodUntil } = calendars[i]?.outlook(this.from ?? now, now) ?? {
        start: Number.POSITIVE_INFINITY,
        goodUntil: Number.POSITIVE_INFINITY,
      };
      starts[place] = start;
      // What changed while it was read is not to be kept.
      if ((this.#changedIn[place] as number) > changes) continue;
      this.#starts[place] = start;
      this.#goodUntil[place] = goodUntil;
    }
    return starts;
  }
}
