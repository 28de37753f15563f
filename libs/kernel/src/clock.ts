/** Where every instant comes from, so that a test can own time. */
export abstract class Clock {
  abstract now(): Temporal.Instant;

  /** The same as epoch milliseconds, for what is done thousands of times a second. */
  ms(): number {
    return this.now().epochMilliseconds;
  }
}

export class SystemClock extends Clock {
  override now(): Temporal.Instant {
    return Temporal.Now.instant();
  }

  override ms(): number {
    return Date.now();
  }
}
