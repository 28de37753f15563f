import { Clock } from '#kernel';

type Act = () => Promise<void>;

interface Plan {
  readonly at: Temporal.Instant;
  readonly act: Act;
}

/**
 * The seed's clock. It stands still while something happens, and jumps to whatever is planned next, so that
 * two months of a practice are lived through in a second, in their order.
 */
export class Timeline extends Clock {
  #now: Temporal.Instant;
  #plans: Plan[] = [];

  constructor(
    begin: Temporal.Instant,
    /** Where the story ends and the real clock takes over. */
    readonly end: Temporal.Instant,
  ) {
    super();
    this.#now = begin;
  }

  override now(): Temporal.Instant {
    return this.#now;
  }

  /** What is planned for the same instant happens in the order it was planned; what is late, at once. */
  plan(at: Temporal.Instant, act: Act): void {
    const place = this.#plans.findLastIndex((other) => Temporal.Instant.compare(other.at, at) <= 0) + 1;
    this.#plans.splice(place, 0, { at, act });
  }

  /** Lives through everything that is planned up to the end, and what comes of it. */
  async run(): Promise<void> {
    for (let next = this.#plans.shift(); next; next = this.#plans.shift()) {
      if (Temporal.Instant.compare(next.at, this.end) > 0) break;
      if (Temporal.Instant.compare(next.at, this.#now) > 0) this.#now = next.at;
      await next.act();
    }
    this.#now = this.end;
  }
}
