/** When a person wants no message to sound, by the clock on their wall. The end may lie on the next day. */
export interface QuietHours {
  readonly from: Temporal.PlainTime;
  readonly until: Temporal.PlainTime;
}

/**
 * When the quiet time that `now` lies in ends; `null` outside of it. An end that the clock skips in spring
 * comes after the gap; of an end that it shows twice in autumn, the first that is still ahead.
 */
export function quietUntil(
  now: Temporal.Instant,
  timeZone: string,
  { from, until }: QuietHours,
): Temporal.Instant | null {
  const local = now.toZonedDateTimeISO(timeZone);
  const time = local.toPlainTime();
  const begun = Temporal.PlainTime.compare(time, from) >= 0;
  const over = Temporal.PlainTime.compare(time, until) >= 0;
  const overnight = Temporal.PlainTime.compare(from, until) > 0;
  const quiet = overnight ? begun || !over : begun && !over;
  if (!quiet) return null;
  const day = overnight && begun ? local.toPlainDate().add({ days: 1 }) : local.toPlainDate();
  const end = day.toPlainDateTime(until);
  return (
    (['compatible', 'later'] as const)
      .map((disambiguation) => end.toZonedDateTime(timeZone, { disambiguation }).toInstant())
      .find((instant) => Temporal.Instant.compare(instant, now) > 0) ?? null
  );
}
