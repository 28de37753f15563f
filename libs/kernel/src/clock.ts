/** Where every instant comes from, so that a test can own time. */
export abstract class Clock {
  abstract now(): Temporal.Instant;
}

export class SystemClock extends Clock {
  override now(): Temporal.Instant {
    return Temporal.Now.instant();
  }
}
