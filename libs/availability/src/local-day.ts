import type { Interval } from './interval.ts';
import { DAY } from './local-time.ts';
import { instantsOf } from './openings.ts';
import { zoneOffsets } from './zone-offsets.ts';

const wholeDay: Interval = { start: 0, end: DAY };

/**
 * The local day of a zone that holds an instant, as instants. It is one stretch; two where the clocks fall
 * back over midnight, since the date then shows again after the next one has begun.
 *
 * Errors: invalid `unknown_time_zone`.
 */
export function localDay(zone: string, epochMs: number): Interval[] {
  const offsets = zoneOffsets(zone);
  return instantsOf(offsets, offsets.dayAt(epochMs), wholeDay);
}

/** When the date of a zone changes next after an instant. Errors: as {@link localDay}. */
export function nextMidnight(zone: string, epochMs: number): number {
  const today = localDay(zone, epochMs).find(({ start, end }) => start <= epochMs && epochMs < end);
  if (!today) throw new RangeError(`No day of ${zone} holds ${epochMs}.`);
  return today.end;
}
