import { DAY, MINUTE } from '../../libs/availability/src/local-time.ts';
import type { Schedule } from '../../libs/availability/src/schedule.ts';
import { nextFree, type SlotLimits, slots } from '../../libs/availability/src/slot-engine.ts';
import type { Bench } from '../bench.ts';
import { race, sampled } from '../race.ts';

const ROUNDS = 5;
/** Months in a round: about as much time for each. */
const MONTHS = { engine: 50, temporal: 2 };

const zones = ['Asia/Kolkata', 'Europe/Paris', 'America/New_York', 'Europe/London', 'Australia/Sydney'];
const now = Date.parse('2026-10-12T08:00:00Z');
// A month in which the clocks of Paris, London and New York change.
const month = { start: now, end: now + 31 * DAY };
const doctors = Array.from({ length: 100 }, (_, doctor) => {
  const zone = zones[doctor % zones.length] as string;
  const schedule: Schedule = {
    rules: [1, 2, 3, 4, 5].map((weekday) => ({
      weekday,
      startTime: '09:00',
      endTime: '17:00',
      breaks: [{ start: '12:00', end: '13:00' }],
      zone,
      slotMinutes: 30,
      bufferMinutes: 0,
    })),
    exceptions: [{ kind: 'off', date: '2026-10-20', zone }],
  };
  const busy = Array.from({ length: 60 }, (_, booking) => {
    const start = now + ((booking * 7919 + doctor * 104_729) % (31 * 48)) * 30 * MINUTE;
    return { start, end: start + 30 * MINUTE };
  }).sort((a, b) => a.start - b.start);
  const limits: SlotLimits = { now, minimumNoticeMinutes: 60, horizonDays: 60, busy };
  return { zone, schedule, limits };
});

/** The same question asked of Temporal for every slot: the yardstick of this machine. */
function withTemporal({ zone, limits }: (typeof doctors)[number]): number {
  let count = 0;
  let date = Temporal.Instant.fromEpochMilliseconds(month.start).toZonedDateTimeISO(zone).toPlainDate();
  for (let day = 0; day <= 31; day++, date = date.add({ days: 1 })) {
    if (date.dayOfWeek > 5 || date.toString() === '2026-10-20') continue;
    for (const hour of [9, 10, 11, 13, 14, 15, 16]) {
      for (const minute of [0, 30]) {
        const start = date.toZonedDateTime({ timeZone: zone, plainTime: { hour, minute } }).epochMilliseconds;
        const end = start + 30 * MINUTE;
        if (start < month.start + 60 * MINUTE || start >= month.end) continue;
        if (!limits.busy.some((taken) => taken.start < end && start < taken.end)) count++;
      }
    }
  }
  return count;
}

const sum = (of: (doctor: (typeof doctors)[number]) => number): number =>
  doctors.reduce((total, doctor) => total + of(doctor), 0);
const withEngine = (): number => sum(({ schedule, limits }) => slots(schedule, month, limits).length);

export const slotsBench: Bench = {
  name: 'slots',
  title: 'a month of slots for 100 doctors',
  unit: 'month',
  async run() {
    let found = 0;
    const cold = await sampled(1, () => {
      found = withEngine();
    });
    const expected = sum(withTemporal);
    if (found !== expected) throw new Error(`The engine found ${found} slots, Temporal ${expected}.`);
    const result = await race(
      [
        {
          name: 'the slot engine',
          run: () => sampled(MONTHS.engine, () => repeat(MONTHS.engine, withEngine)),
        },
        {
          name: 'Temporal for every slot',
          run: () => sampled(MONTHS.temporal, () => repeat(MONTHS.temporal, () => sum(withTemporal))),
        },
      ],
      ROUNDS,
    );
    const next = await sampled(MONTHS.engine, () =>
      repeat(MONTHS.engine, () => sum(({ schedule, limits }) => (nextFree(schedule, now, limits) ? 1 : 0))),
    );
    return {
      ...result,
      conditions: `${found} slots in 5 zones, 60 bookings each; both found the same`,
      notes: [
        `the first month of a process, with empty tables: ${(cold.seconds * 1000).toFixed(1)} ms`,
        `the next free slot of 100 doctors: ${((next.seconds / MONTHS.engine) * 1000).toFixed(2)} ms`,
      ],
    };
  },
};

function repeat(times: number, work: () => unknown): void {
  for (let i = 0; i < times; i++) work();
}
