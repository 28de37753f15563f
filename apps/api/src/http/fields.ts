import { z } from 'zod';
import { CURRENCIES } from '#kernel';

/** Field types that several documents share. */

export const Id = z.uuid();

/** Parses ISO 8601 with an offset into an instant. */
export const Instant = z.iso.datetime({ offset: true }).transform((text) => Temporal.Instant.from(text));

export const Text = (max: number) => z.string().trim().max(max);
export const RequiredText = (max: number) => z.string().trim().min(1).max(max);

/** In a query, where everything is text. */
export const YesOrNo = z.enum(['true', 'false']).transform((text) => text === 'true');

/** Several of one kind in a query: separated by commas, or the name repeated. */
export const severalOf = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z
    .union([z.string().max(500), z.array(z.string().max(500)).max(50)])
    .transform((given) => [given].flat().flatMap((text) => text.split(',').map((one) => one.trim())))
    .pipe(z.array(item).min(1).max(50))
    .describe('One or several, separated by commas or repeated.');

export const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'Not an IANA time zone.' })
  .describe('IANA time zone, for example Europe/Paris.');

export const Country = z
  .string()
  .regex(/^[A-Za-z]{2}$/, 'Two letters (ISO 3166-1).')
  .toUpperCase()
  .describe('ISO 3166-1 alpha-2.');

export const Language = z
  .string()
  .regex(/^[a-z]{2,3}$/, 'A language code (ISO 639).')
  .describe('ISO 639 language code.');

export const Phone = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'International form, for example +33123456789.')
  .describe('E.164.');

export const MoneyField = z
  .object({
    amount: z.int().describe('Minor units: 1250 is 12.50 EUR.'),
    currency: z.enum(CURRENCIES),
  })
  .meta({ id: 'Money' });

/** How an instant looks in an answer. */
export const Timestamp = z.iso.datetime({ offset: true });

export const iso = (instant: Temporal.Instant): string => instant.toString({ smallestUnit: 'millisecond' });
export const isoOrNull = (instant: Temporal.Instant | null): string | null => instant && iso(instant);

/** The fields that a body really had, so that what was left out is not taken for a change. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return !/^[+-]/.test(text);
  } catch {
    return false;
  }
}
