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

/** The rules of one practitioner as the slot engine reads them. */
export function asSchedule(rules: readonly AvailabilityRule[]): Schedule {
  return {
    rules: rules.flatMap((rule) => {
      const { weekday, startTime, endTime } = rule;
      if (weekday === null || startTime === null || endTime === null) return [];
      return [{ ...rule, weekday, startTime, endTime, zone: rule.timeZone }];
    }),
    exceptions: rules.flatMap((rule): DateException[] => {
      const { kind, date, startTime, endTime, slotMinutes, bufferMinutes, timeZone: zone } = rule;
      if (date === null) return [];
      if (kind === 'off') return [{ kind, date, zone, startTime, endTime }];
      if (kind === 'weekly' || startTime === null || endTime === null) return [];
      return [{ kind, date, zone, startTime, endTime, slotMinutes, bufferMinutes }];
    }),
  };
}
