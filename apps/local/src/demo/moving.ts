import { SLOT_MINUTES, ZONE } from './arrival.ts';
import type { Data } from './caller.ts';
import type { DemoVisit, Stage } from './stage.ts';

/** As long as it takes to move the visit. */
const BY_THEN = { seconds: 30 };

/** A visit can be entered shortly before it begins, and nobody wants to wait for tomorrow: the doctor moves it. */
export async function moving({ screen, cast }: Stage, visit: DemoVisit): Promise<void> {
  const { doctor } = cast;
  screen.step('Both have time at once: the doctor moves the visit, and it stays paid');
  const start = Temporal.Now.zonedDateTimeISO(ZONE)
    .add(BY_THEN)
    .round({ smallestUnit: 'minute', roundingIncrement: SLOT_MINUTES, roundingMode: 'ceil' });
  const { slots } = await doctor.get(`/api/doctors/${visit.doctorId}/availability/`, { quiet: true });
  const isFree = slots.some((slot: Data) => start.toInstant().equals(Temporal.Instant.from(slot.start)));
  if (!isFree) await openHours(cast, start);
  await doctor.post(
    `/api/appointments/${visit.id}/reschedule/`,
    { start: start.toInstant().toString() },
    { show: ({ id, status, start, join_opens_at }) => ({ id, status, start, join_opens_at }) },
  );
}

/** The doctor works outside the usual hours, whatever the hour is in Madrid. */
async function openHours({ doctor }: Stage['cast'], start: Temporal.ZonedDateTime): Promise<void> {
  const end = start.add({ minutes: SLOT_MINUTES });
  const wallTime = (at: Temporal.ZonedDateTime) => at.toPlainTime().toString({ smallestUnit: 'minute' });
  await doctor.post(
    '/api/doctors/availability/',
    {
      type: 'extra',
      date: start.toPlainDate().toString(),
      start_time: wallTime(start),
      end_time: end.toPlainDate().equals(start.toPlainDate()) ? wallTime(end) : '24:00',
    },
    { show: ({ type, date, start_time, end_time }) => ({ type, date, start_time, end_time }) },
  );
}
