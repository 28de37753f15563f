import type { Selectable } from 'kysely';
import type { Tables } from '#platform';

type Row = Selectable<Tables['waitlistEntries']>;

/** The days and times of day that suit a patient, on a wall clock. Both days are included; times are `HH:MM:SS`. */
export type Wish = Pick<Row, 'fromDate' | 'toDate' | 'earliestTime' | 'latestTime' | 'timeZone'>;

/** A patient who waits until a doctor has time again. */
export interface WaitlistEntry extends Omit<Row, 'reason' | 'offeredAppointmentId'> {
  /** Why the patient comes. Health text. */
  readonly reason: string | null;
  readonly doctor: { readonly userId: string; readonly name: string };
  /** With the account that acts for the chart. */
  readonly patient: { readonly userId: string | null; readonly name: string };
  /** The slot that is kept for the patient at the moment. */
  readonly offer: Offer | null;
}

export interface Offer {
  readonly appointmentId: string;
  readonly startsAt: Temporal.Instant;
  readonly endsAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant | null;
}

/** Whether a visit that begins at `start` suits. */
export function suits(wish: Wish, start: Temporal.Instant): boolean {
  const local = start.toZonedDateTimeISO(wish.timeZone);
  const date = local.toPlainDate().toString();
  const time = local.toPlainTime().toString({ smallestUnit: 'minute' });
  return (
    date >= wish.fromDate &&
    date <= wish.toDate &&
    (wish.earliestTime === null || time >= wish.earliestTime) &&
    (wish.latestTime === null || time < wish.latestTime)
  );
}

/** When the days of a wish are over. */
export function endOf({ toDate, timeZone }: Wish): Temporal.Instant {
  return Temporal.PlainDate.from(toDate).add({ days: 1 }).toZonedDateTime(timeZone).toInstant();
}

/** When they begin. */
export function startOf({ fromDate, timeZone }: Wish): Temporal.Instant {
  return Temporal.PlainDate.from(fromDate).toZonedDateTime(timeZone).toInstant();
}

/** How long a patient has to take an offered slot, in minutes, unless it is near. */
const OFFER_MINUTES = 30;
/** With less time than this to decide, nobody is asked: the slot is for whoever comes. */
const SHORTEST_MINUTES = 5;

/**
 * Until when an offer stands: half an hour, or half of the time that is left until the start.
 * @returns `null` when that is too little to ask anybody.
 */
export function offerUntil(start: Temporal.Instant, now: Temporal.Instant): Temporal.Instant | null {
  const left = now.until(start).total('minutes');
  const minutes = Math.floor(Math.min(OFFER_MINUTES, left / 2));
  return minutes < SHORTEST_MINUTES ? null : now.add({ minutes });
}
