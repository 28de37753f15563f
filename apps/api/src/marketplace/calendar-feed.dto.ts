import { z } from 'zod';
import type { CalendarFeedKey } from '#notifications';
import { iso, isoOrNull, Timestamp } from '../http/fields.ts';

export const CalendarFeedAnswer = z
  .object({
    created_at: Timestamp.describe('When the address was made that works at present.'),
    last_read_at: Timestamp.nullable().describe('When a calendar program last asked for it.'),
  })
  .meta({ id: 'CalendarFeed' });

export const NewCalendarFeedAnswer = CalendarFeedAnswer.extend({
  url: z.url().describe('Shown this once. Whoever knows it reads the calendar.'),
  webcal_url: z
    .url()
    .describe('The same for a link that opens a calendar program. Some ask for it without encryption first.'),
}).meta({ id: 'NewCalendarFeed' });

export function toCalendarFeed({
  createdAt,
  lastReadAt,
}: CalendarFeedKey): z.infer<typeof CalendarFeedAnswer> {
  return { created_at: iso(createdAt), last_read_at: isoOrNull(lastReadAt) };
}

export function toNewCalendarFeed(
  key: CalendarFeedKey & { readonly url: string },
): z.infer<typeof NewCalendarFeedAnswer> {
  return { ...toCalendarFeed(key), url: key.url, webcal_url: key.url.replace(/^https?:/, 'webcal:') };
}
