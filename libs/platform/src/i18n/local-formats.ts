import { type Money, toDecimal } from '#kernel';

/** How each language of the catalogue writes dates and amounts where we write to people in it. */
const LOCALES: Readonly<Record<string, string>> = { en: 'en-GB', hi: 'hi-IN', fr: 'fr-FR', es: 'es-ES' };

const localeOf = (language: string) => LOCALES[language.split('-')[0] ?? ''] ?? 'en-GB';

/** `Tuesday, 3 March 2026 at 14:00 (Asia/Kolkata)`, in the reader's language and zone. */
export function localDateTime(language: string, instant: Temporal.Instant, timeZone: string): string {
  const local = instant.toZonedDateTimeISO(timeZone);
  const text = local.toLocaleString(localeOf(language), { dateStyle: 'full', timeStyle: 'short' });
  return `${plainSpaces(text)} (${timeZone})`;
}

/** `Tuesday, 3 March 2026` */
export function localDate(language: string, date: Temporal.PlainDate): string {
  return plainSpaces(date.toLocaleString(localeOf(language), { dateStyle: 'full' }));
}

/** `Tue 3 Mar, 14:00`: for where there is little room. */
export function shortDateTime(language: string, instant: Temporal.Instant, timeZone: string): string {
  const local = instant.toZonedDateTimeISO(timeZone);
  return plainSpaces(
    local.toLocaleString(localeOf(language), {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
    }),
  );
}

/** `EUR 50.00`, `50,00 EUR`: by its code, since several currencies share a sign. */
export function localMoney(language: string, amount: Money): string {
  const format = new Intl.NumberFormat(localeOf(language), {
    style: 'currency',
    currency: amount.currency,
    currencyDisplay: 'code',
  });
  // A decimal in a string is formatted exactly, without passing through a float.
  return plainSpaces(format.format(toDecimal(amount) as `${number}`));
}

/** Intl's narrow and non-breaking spaces would make a text message cost twice. */
function plainSpaces(text: string): string {
  return text.replaceAll(/[\u00a0\u202f\u2009]/g, ' ');
}
