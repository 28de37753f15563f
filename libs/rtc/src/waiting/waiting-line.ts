import type { AppointmentStatus } from '#appointments';

/** A visit of the doctor's day, as the line sees it. */
export interface LinedVisit {
  readonly appointmentId: string;
  readonly status: AppointmentStatus;
  readonly startsAt: Temporal.Instant;
  readonly endsAt: Temporal.Instant;
  /** When the doctor has said that it will begin. */
  readonly announcedStartAt: Temporal.Instant | null;
}

export interface LinePlace {
  /** 1 is the next to be seen. */
  readonly place: number;
  readonly estimatedStart: Temporal.Instant;
  readonly runningLate: boolean;
}

/** A visit that begins so much after its time is late. */
const LATE_MINUTES = 5;

/**
 * Who waits for a doctor, in the order of their times: each begins when the one before is over, not before
 * its own time, and not before what the doctor has announced. Who has not come keeps nobody waiting.
 *
 * @param visits of one doctor, in any order.
 * @param now
 * @returns the places of those who are `arrived`, by appointment.
 */
export function waitingLine(visits: readonly LinedVisit[], now: Temporal.Instant): Map<string, LinePlace> {
  const places = new Map<string, LinePlace>();
  let free = now;
  for (const { status, endsAt } of visits) if (status === 'in_progress') free = later(free, endsAt);
  const waiting = visits
    .filter(({ status }) => status === 'arrived')
    .toSorted((a, b) => Temporal.Instant.compare(a.startsAt, b.startsAt));
  for (const { appointmentId, startsAt, endsAt, announcedStartAt } of waiting) {
    const estimatedStart = later(later(free, startsAt), announcedStartAt ?? startsAt);
    const runningLate = minutesBetween(startsAt, estimatedStart) >= LATE_MINUTES;
    places.set(appointmentId, { place: places.size + 1, estimatedStart, runningLate });
    free = estimatedStart.add(startsAt.until(endsAt));
  }
  return places;
}

function later(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) < 0 ? b : a;
}

function minutesBetween(a: Temporal.Instant, b: Temporal.Instant): number {
  return (b.epochMilliseconds - a.epochMilliseconds) / 60_000;
}
