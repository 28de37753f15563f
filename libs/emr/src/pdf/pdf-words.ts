const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });
const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' });

/** The English name of an ISO 3166-1 alpha-2 code; what is no such code is returned as it is. */
export function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code;
}

/** A date nobody can read the wrong way round: `3 March 2026`. */
export function longDate(date: Temporal.PlainDate): string {
  return dates.format(date as unknown as Date);
}

/** `3 March 2026, 14:05 (UTC+05:30, Asia/Kolkata)`. */
export function longTime(time: Temporal.ZonedDateTime): string {
  const clock = time.toPlainTime().toString({ smallestUnit: 'minute' });
  return `${longDate(time.toPlainDate())}, ${clock} (UTC${time.offset}, ${time.timeZoneId})`;
}

/** The age as a dose is judged by it: days in the first month, months below two years, then years. */
export function ageAt(date: Temporal.PlainDate, born: Temporal.PlainDate): string {
  const { years, months, days } = born.until(date, { largestUnit: 'years' });
  if (years >= 2) return `${years} years`;
  const inMonths = years * 12 + months;
  return inMonths >= 1 ? counted(inMonths, 'month') : counted(days, 'day');
}

/** `1 day`, `2 days`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
