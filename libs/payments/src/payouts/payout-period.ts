import { invalidPeriod } from '../payments.errors.ts';
import type { PayoutPeriod } from './payout.entity.ts';

/** A period as an administrator says it: a month, or from one day or instant to another. Days are the doctor's. */
export type PeriodRequest =
  | { readonly month: Temporal.PlainYearMonth }
  | { readonly from: Bound; readonly to: Bound };

/** As an end, a day is meant to its end. */
type Bound = Temporal.PlainDate | Temporal.Instant;

/** @throws invalid `invalid_period` */
export function periodOf(request: PeriodRequest, timeZone: string): PayoutPeriod {
  const startOf = (day: Temporal.PlainDate) => day.toZonedDateTime(timeZone).toInstant();
  if ('month' in request) {
    const first = request.month.toPlainDate({ day: 1 });
    return { from: startOf(first), to: startOf(first.add({ months: 1 })) };
  }
  const { from, to } = request;
  const period = {
    from: from instanceof Temporal.PlainDate ? startOf(from) : from,
    to: to instanceof Temporal.PlainDate ? startOf(to.add({ days: 1 })) : to,
  };
  if (Temporal.Instant.compare(period.from, period.to) >= 0) throw invalidPeriod();
  return period;
}
