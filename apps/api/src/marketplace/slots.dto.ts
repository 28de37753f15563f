import { z } from 'zod';
import type { BookableSlot } from '#appointments';
import { wallClock } from '#availability';
import { invalid } from '#kernel';
import { Timestamp, TimeZone } from '../http/fields.ts';

/** How many days of slots one request may ask for. */
const MAX_DAYS = 31;
const DEFAULT_DAYS = 14;

/** How many slots of each doctor a search across doctors shows unless asked for more or fewer. */
export const PER_DOCTOR = 3;

const window = {
  from: z.iso.date().optional().describe('First day, in `time_zone`. Today by default.'),
  to: z.iso.date().optional().describe(`Last day. ${DEFAULT_DAYS} days by default, at most ${MAX_DAYS}.`),
  time_zone: TimeZone.optional().describe(
    'In whose clock days begin and times are shown. The account’s by default.',
  ),
};

export const DoctorSlots = z.object(window);

export const AllSlots = z.object({
  ...window,
  doctor_id: z.uuid().optional(),
  specialty: z.string().trim().min(1).max(80).optional(),
  language: z.string().trim().min(2).max(3).optional(),
  per_doctor: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe(`The soonest slots of each doctor: ${PER_DOCTOR} by default, all of them with \`doctor_id\`.`),
  ordering: z.enum(['start', '-start']).default('start').describe('`-start` has the latest first.'),
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  page_size: z.coerce.number().int().min(1).max(100).default(50),
});

const Slot = z.object({ start: Timestamp, end: Timestamp });

export const DoctorSlotsAnswer = z
  .object({ doctor_id: z.uuid(), time_zone: z.string(), slots: z.array(Slot) })
  .meta({ id: 'DoctorSlots' });

export const SlotAnswer = z
  .object({ doctor_id: z.uuid(), doctor_name: z.string(), start: Timestamp, end: Timestamp })
  .meta({ id: 'Slot' });

/** The asked days as instants. Errors: invalid `invalid_window`. */
export function toWindow(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  zone: string,
  now: Temporal.Instant,
): { from: Temporal.Instant; to: Temporal.Instant } {
  const first = from ? Temporal.PlainDate.from(from) : now.toZonedDateTimeISO(zone).toPlainDate();
  const last = to ? Temporal.PlainDate.from(to) : first.add({ days: DEFAULT_DAYS - 1 });
  const days = first.until(last).days + 1;
  if (days < 1 || days > MAX_DAYS) {
    throw invalid('invalid_window', `Ask for 1 to ${MAX_DAYS} days.`, {
      from: first.toString(),
      to: last.toString(),
    });
  }
  const startOf = (day: Temporal.PlainDate) => day.toZonedDateTime(zone).toInstant();
  return { from: startOf(first), to: startOf(last.add({ days: 1 })) };
}

/** Slots as the asker's clock shows them: the same instants, with the zone's own offset. */
export function slotsIn(zone: string): (slot: BookableSlot) => z.infer<typeof Slot> {
  const shown = wallClock(zone);
  return ({ start, end }) => ({ start: shown(start.epochMilliseconds), end: shown(end.epochMilliseconds) });
}
