/** A token bucket: `burst` at once, then `perSecond`. Time is given by the caller, in milliseconds. */
export class Rate {
  private tokens: number;
  private filledAt: number;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    nowMs: number,
  ) {
    this.tokens = burst;
    this.filledAt = nowMs;
  }

  /** Whether `amount` may pass now; takes it if so. */
  take(amount: number, nowMs: number): boolean {
    // A clock that was set back must not empty the bucket.
    const elapsed = Math.max(0, nowMs - this.filledAt);
    this.filledAt = nowMs;
    this.tokens = Math.min(this.burst, this.tokens + (elapsed * this.perSecond) / 1000);
    if (this.tokens < amount) return false;
    this.tokens -= amount;
    return true;
  }
}
