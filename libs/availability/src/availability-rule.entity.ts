import type { Selectable } from 'kysely';
import type { Tables } from '#platform';
import type { Break, DateException, Schedule } from './schedule.ts';

type Row = Selectable<Tables['availabilityRules']>;

/**
 * One line of a practitioner's hours: a weekly rule, hours opened on one date (`extra`), or time away
 * (`off`). Times are wall-clock times of `timeZone`.
 */
export type AvailabilityRule = Omit<Row, 'breaks'> & { readonly breaks: readonly Break[] };

export function asRule(row: Row): AvailabilityRule {
  return { ...row, breaks: row.breaks as unknown as Break[] };
}

/** What the slot engine needs of a rule. */
export const SCHEDULE_COLUMNS = [
  'id',
  'practitionerId',
  'kind',
  'weekday',
  'date',
  'startTime',
  'endTime',
  'breaks',
  'timeZone',
  'validFrom',
  'validUntil',
  'slotMinutes',
  'bufferMinutes',
] as const;

export type ScheduleRow = Omit<Pick<Row, (typeof SCHEDULE_COLUMNS)[number]>, 'breaks'> & {
  /** As `Break[]`: the database keeps them as JSON. */
  readonly breaks: unknown;
};

/** The rules of one practitioner as the slot engine reads them. */
export function asSchedule(rules: readonly ScheduleRow[]): Schedule {
  return {
    rules: rules.flatMap((rule) => {
      const { id, weekday, startTime, endTime, validFrom, validUntil, slotMinutes, bufferMinutes } = rule;
      if (weekday === null || startTime === null || endTime === null) return [];
      const breaks = rule.breaks as Break[];
      const hours = { startTime, endTime, breaks, slotMinutes, bufferMinutes };
      return [{ id, weekday, zone: rule.timeZone, ...hours, validFrom, validUntil }];
    }),
    exceptions: rules.flatMap((rule): DateException[] => {
      const { id, kind, date, startTime, endTime, slotMinutes, bufferMinutes, timeZone: zone } = rule;
      if (date === null) return [];
      if (kind === 'off') return [{ kind, date, zone, startTime, endTime }];
      if (kind === 'weekly' || startTime === null || endTime === null) return [];
      return [{ id, kind, date, zone, startTime, endTime, slotMinutes, bufferMinutes }];
    }),
  };
}
