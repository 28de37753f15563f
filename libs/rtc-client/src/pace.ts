const SECOND_MS = 1_000;

/** How much may go out now: in each second as many messages as the server takes in one. */
export class Pace {
  readonly #perSecond: number;
  #left = 0;
  #endsAt = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** How many messages may go out. */
  left(nowMs: number): number {
    if (nowMs >= this.#endsAt) {
      this.#left = this.#perSecond;
      this.#endsAt = nowMs + SECOND_MS;
    }
    return this.#left;
  }

  spend(messages: number): void {
    this.#left = Math.max(0, this.#left - messages);
  }

  /** It was too much all the same. */
  rest(nowMs: number): void {
    this.#left = 0;
    this.#endsAt = nowMs + SECOND_MS;
  }

  /** Milliseconds until more may go out. */
  wait(nowMs: number): number {
    return Math.max(0, this.#endsAt - nowMs);
  }
}
