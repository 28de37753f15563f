/** Seconds before each try to come back; the last one repeats. */
const SECONDS = [0, 0.3, 1.2, 2.7, 4.8, 7];
/** So that a thousand clients of one server do not come at the same moment. */
const MAX_JITTER_SECONDS = 1;
/** What a connection and its hello may take: the last try of a session comes this long before its end. */
const LAST_CHANCE_MS = 600;

/** How long to wait before the next try to come back. */
export class BackOff {
  #attempt = 0;
  #lastChanceAt = Number.NEGATIVE_INFINITY;

  /** The connection was lost now; its session is kept for so long, zero where there is none. */
  begin(nowMs: number, windowMs: number): void {
    this.#lastChanceAt = nowMs + windowMs - LAST_CHANCE_MS;
  }

  /** Came back: the next loss begins anew. */
  reset(): void {
    this.#attempt = 0;
    this.#lastChanceAt = Number.NEGATIVE_INFINITY;
  }

  /**
   * @returns milliseconds. The steps get long, and a session must not be lost between two of them: a step
   *   that would lead past its end is cut to come just before it.
   */
  next(nowMs: number): number {
    const seconds = SECONDS[Math.min(this.#attempt, SECONDS.length - 1)] ?? 0;
    this.#attempt += 1;
    const jitter = Math.random() * Math.min(MAX_JITTER_SECONDS, seconds);
    const delay = (seconds + jitter) * 1000;
    const left = this.#lastChanceAt - nowMs;
    return left > 0 ? Math.min(delay, left) : delay;
  }
}
