import type { Clock } from '#kernel';

/** As exact as the times in providers' events, so that what an answer says and what an event says can be told apart. */
export function wholeSecond(clock: Clock): Temporal.Instant {
  return clock.now().round({ smallestUnit: 'second', roundingMode: 'floor' });
}
