import { zoneOffsets } from './zone-offsets.ts';

const MINUTES_AN_HOUR = 60;

/**
 * Writes instants as a zone's clock shows them, to the second and with the zone's own offset:
 * 2027-03-14T01:30:00-05:00. A month of slots is hundreds of them, and Temporal takes microseconds for each.
 *
 * Errors: invalid `unknown_time_zone`.
 */
export function wallClock(zone: string): (epochMs: number) => string {
  const offsets = zoneOffsets(zone);
  return (epochMs) => {
    const { offset } = offsets.spanAt(epochMs);
    return new Date(epochMs + offset).toISOString().slice(0, 19) + written(offset);
  };
}

function written(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / MINUTES_AN_HOUR))}:${two(minutes % MINUTES_AN_HOUR)}`;
}
