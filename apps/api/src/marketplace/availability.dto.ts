import { z } from 'zod';
import type { AvailabilityRule, RuleInput } from '#availability';
import { iso, present, Timestamp, TimeZone } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const WallTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'HH:MM, up to 24:00.')
  .describe('Wall-clock time, HH:MM.');

const fields = {
  start_time: WallTime,
  end_time: WallTime,
  time_zone: TimeZone,
  slot_minutes: z.int().min(5).max(240),
  buffer_minutes: z.int().min(0).max(120),
  day_of_week: z.int().min(1).max(7).describe('ISO 8601: Monday is 1.'),
  breaks: z.array(z.object({ start_time: WallTime, end_time: WallTime })).max(8),
  valid_from: z.iso.date().nullable(),
  valid_until: z.iso.date().nullable(),
  date: z.iso.date(),
};

const lengths = {
  time_zone: fields.time_zone.optional(),
  slot_minutes: fields.slot_minutes.optional(),
  buffer_minutes: fields.buffer_minutes.optional(),
};

export const CreateRule = z
  .discriminatedUnion('type', [
    z
      .object({
        // The document's plain form has no type: hours of a weekday.
        type: z.literal('weekly').default('weekly'),
        day_of_week: fields.day_of_week,
        start_time: fields.start_time,
        end_time: fields.end_time,
        breaks: fields.breaks.default([]),
        valid_from: fields.valid_from.optional(),
        valid_until: fields.valid_until.optional(),
        ...lengths,
      })
      .describe('Hours that return every week.'),
    z
      .object({
        type: z.literal('extra'),
        date: fields.date,
        start_time: fields.start_time,
        end_time: fields.end_time,
        ...lengths,
      })
      .describe('Hours on one date, beside the weekly ones.'),
    z
      .object({
        type: z.literal('off'),
        date: fields.date,
        start_time: fields.start_time.optional(),
        end_time: fields.end_time.optional(),
        time_zone: fields.time_zone.optional(),
      })
      .describe('Time away: the whole day, or the part between the two times.'),
  ])
  .transform(({ type, ...rest }): RuleInput => ({ kind: type, ...toInput(rest) }));

export const UpdateRule = z
  .object({
    ...fields,
    // Time off without times is the whole day.
    start_time: fields.start_time.nullable(),
    end_time: fields.end_time.nullable(),
  })
  .partial()
  .transform((body): Partial<RuleInput> => toInput(body));

export const ListRules = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt', day_of_week: 'weekday', date: 'date' },
  {
    type: z.enum(['weekly', 'extra', 'off']).optional(),
    day_of_week: z.coerce.number().int().min(1).max(7).optional(),
  },
  ['created', 'updated'],
).transform(({ type, day_of_week, ...rest }) => ({ ...rest, kind: type, weekday: day_of_week }));

export const RuleAnswer = z
  .object({
    id: z.uuid(),
    type: z.enum(['weekly', 'extra', 'off']),
    day_of_week: z.int().nullable(),
    date: z.iso.date().nullable(),
    start_time: z.string().nullable(),
    end_time: z.string().nullable(),
    breaks: z.array(z.object({ start_time: z.string(), end_time: z.string() })),
    time_zone: z.string(),
    valid_from: z.iso.date().nullable(),
    valid_until: z.iso.date().nullable(),
    slot_minutes: z.int(),
    buffer_minutes: z.int(),
    version: z.int().describe('Send it as If-Match to change only what you have read.'),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Availability' });

export function toRule(rule: AvailabilityRule): z.infer<typeof RuleAnswer> {
  return {
    id: rule.id,
    type: rule.kind,
    day_of_week: rule.weekday,
    date: rule.date,
    start_time: rule.startTime,
    end_time: rule.endTime,
    breaks: rule.breaks.map(({ start, end }) => ({ start_time: start, end_time: end })),
    time_zone: rule.timeZone,
    valid_from: rule.validFrom,
    valid_until: rule.validUntil,
    slot_minutes: rule.slotMinutes,
    buffer_minutes: rule.bufferMinutes,
    version: rule.version,
    created_at: iso(rule.createdAt),
    updated_at: iso(rule.updatedAt),
  };
}

type Fields = z.output<z.ZodObject<typeof fields>>;
type Given = Partial<Omit<Fields, 'start_time' | 'end_time'>> & {
  readonly start_time?: string | null;
  readonly end_time?: string | null;
};

function toInput(body: Given): Omit<RuleInput, 'kind'> {
  return present({
    weekday: body.day_of_week,
    date: body.date,
    startTime: body.start_time,
    endTime: body.end_time,
    breaks: body.breaks?.map(({ start_time, end_time }) => ({ start: start_time, end: end_time })),
    timeZone: body.time_zone,
    validFrom: body.valid_from,
    validUntil: body.valid_until,
    slotMinutes: body.slot_minutes,
    bufferMinutes: body.buffer_minutes,
  });
}
