import { FirstStarts, type ReadCalendars } from './first-starts.ts';

/** For how many instants the first free slots are kept: people ask for tomorrow, tonight, next week. */
const MAX_KEPT = 12;

/** The doctors that a filter finds, in order, and when each of them is free. */
export class DoctorList {
  /** Made when somebody first asks about slots: most lists are only paged through. */
  #places: ReadonlyMap<string, number> | undefined;
  /** By the instant from which they are free; `now` for those that move with the clock. */
  readonly #starts = new Map<number | 'now', FirstStarts>();

  constructor(readonly ids: readonly string[]) {}

  /** The calendars of these practitioners have changed. */
  forget(practitionerIds: readonly string[]): void {
    if (this.#starts.size === 0) return;
    this.#places ??= new Map(this.ids.map((id, place) => [id, place]));
    const places: number[] = [];
    for (const id of practitionerIds) {
      const place = this.#places.get(id);
      if (place !== undefined) places.push(place);
    }
    for (const starts of this.#starts.values()) starts.forget(places);
  }

  /** When each doctor's first bookable slot starts at `from` or later: epoch milliseconds, in the order of `ids`. */
  startsFrom(from: number, now: number, read: ReadCalendars): Promise<Float64Array> {
    return this.#startsOf(from <= now ? 'now' : from).at(now, read);
  }

  #startsOf(from: number | 'now'): FirstStarts {
    const kept = this.#starts.get(from) ?? new FirstStarts(this.ids, from === 'now' ? undefined : from);
    // Those that were asked for last are the last to go.
    this.#starts.delete(from);
    this.#starts.set(from, kept);
    for (const oldest of this.#starts.keys()) {
      if (this.#starts.size <= MAX_KEPT) break;
      this.#starts.delete(oldest);
    }
    return kept;
  }
}
