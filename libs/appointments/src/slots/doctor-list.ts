import type { Calendar } from './calendar.ts';

/** Gives the calendar of each practitioner. */
type ReadCalendars = (practitionerIds: readonly string[]) => Promise<(Calendar | undefined)[]>;

/**
 * The doctors that a filter finds, and when each of them is free next: numbers in plain arrays, since to visit
 * ten thousand calendars all over the memory takes milliseconds and to walk along an array takes none. All times
 * are epoch milliseconds, infinity for never.
 */
export class DoctorList {
  readonly #places: ReadonlyMap<string, number>;
  readonly #starts: Float64Array;
  /** Until when each start is right if nobody changes anything. */
  readonly #goodUntil: Float64Array;
  /** Which change, counted, was the last one of each. */
  readonly #changedIn: Uint32Array;
  #changes = 0;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(readonly ids: readonly string[]) {
    this.#places = new Map(ids.map((id, place) => [id, place]));
    this.#starts = new Float64Array(ids.length);
    this.#goodUntil = new Float64Array(ids.length).fill(Number.NEGATIVE_INFINITY);
    this.#changedIn = new Uint32Array(ids.length);
  }

  /** The calendars of these practitioners have changed. */
  forget(practitionerIds: readonly string[]): void {
    this.#changes += 1;
    for (const id of practitionerIds) {
      const place = this.#places.get(id);
      if (place === undefined) continue;
      this.#goodUntil[place] = Number.NEGATIVE_INFINITY;
      this.#changedIn[place] = this.#changes;
    }
  }

  /** When each doctor's first bookable slot starts at `from` or later, in the order of `ids`. */
  async startsFrom(from: number, now: number, read: ReadCalendars): Promise<Float64Array> {
    const starts = await this.#startsFromNow(now, read);
    if (from <= now) return starts;
    const sooner = [...this.ids.keys()].filter((place) => (starts[place] as number) < from);
    const calendars = await read(sooner.map((place) => this.ids[place] as string));
    for (const [i, place] of sooner.entries()) {
      starts[place] = calendars[i]?.nextStart(from, now) ?? Number.POSITIVE_INFINITY;
    }
    return starts;
  }

  async #startsFromNow(now: number, read: ReadCalendars): Promise<Float64Array> {
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
      const { start, goodUntil } = calendars[i]?.outlook(now) ?? {
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
