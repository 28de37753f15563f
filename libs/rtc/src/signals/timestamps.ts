import type { Clock } from '#kernel';

/** The current time in the two forms that signalling needs. */
export class Timestamps {
  private written = { ms: Number.NaN, text: '' };

  constructor(private readonly clock: Clock) {}

  /** Epoch milliseconds. */
  ms(): number {
    return this.clock.ms();
  }

  /** ISO 8601. Writing an instant costs more than relaying a message, so it is written once a millisecond. */
  text(ms = this.ms()): string {
    if (ms !== this.written.ms) {
      this.written = { ms, text: new Date(ms).toISOString() };
    }
    return this.written.text;
  }
}
