import { z } from 'zod';
import type { User } from '#auth';
import {
  CHANNELS,
  channelsOf,
  isMandatory,
  NOTIFICATION_GROUPS,
  type NotificationGroup,
  type Preferences,
  settingsOf,
} from '#notifications';
import { Language, TimeZone } from '../http/fields.ts';

const GROUPS = Object.keys(NOTIFICATION_GROUPS) as [NotificationGroup, ...NotificationGroup[]];

const Channels = z.object({ email: z.boolean(), sms: z.boolean(), push: z.boolean() }).partial();

const WallTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM.')
  .describe('Wall-clock time in the account’s zone, HH:MM.');

export const UpdatePreferences = z
  .object({
    groups: z.partialRecord(z.enum(GROUPS), Channels).optional(),
    quiet_hours: z
      .object({ from: WallTime, until: WallTime.describe('On the next day when it is before `from`.') })
      .refine(({ from, until }) => from !== until, { error: 'They end when they begin.', path: ['until'] })
      .nullable()
      .optional(),
  })
  .transform(({ groups, quiet_hours }) => ({
    ...(groups && { choices: groups }),
    ...(quiet_hours !== undefined && {
      quietHours: quiet_hours && {
        from: Temporal.PlainTime.from(quiet_hours.from),
        until: Temporal.PlainTime.from(quiet_hours.until),
      },
    }),
  }));

export const PreferencesAnswer = z
  .object({
    groups: z
      .record(z.enum(GROUPS), Channels)
      .describe('Each group of types with the channels that it can take.'),
    always_on: z
      .array(z.object({ group: z.enum(GROUPS), channel: z.enum(CHANNELS) }))
      .describe('What cannot be turned off.'),
    quiet_hours: z.object({ from: WallTime, until: WallTime }).nullable(),
    time_zone: TimeZone,
    language: Language,
  })
  .meta({ id: 'NotificationPreferences' });

export function toPreferences(
  { choices, quietHours }: Preferences,
  { timeZone, language }: User,
): z.infer<typeof PreferencesAnswer> {
  return {
    groups: settingsOf(choices),
    always_on: GROUPS.flatMap((group) =>
      channelsOf(group)
        .filter((channel) => isMandatory(group, channel))
        .map((channel) => ({ group, channel })),
    ),
    quiet_hours: quietHours && {
      from: hoursAndMinutes(quietHours.from),
      until: hoursAndMinutes(quietHours.until),
    },
    time_zone: timeZone,
    language,
  };
}

const hoursAndMinutes = (time: Temporal.PlainTime) => time.toString({ smallestUnit: 'minute' });
