/** The same moment of the next month, or of its last day; in seconds since 1970. */
export function monthAfter(seconds: number): number {
  const day = Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO('UTC');
  return Math.floor(day.add({ months: 1 }).epochMilliseconds / 1000);
}
