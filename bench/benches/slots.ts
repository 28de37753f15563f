// How long the slot engine takes for a month of slots of 100 doctors, beside the same month in plain Temporal.
// Run: node --conditions=source --import ./tools/typescript-loader.mjs bench/slots.ts
import { availableParallelism, cpus } from 'node:os';
import { DAY, MINUTE } from '../libs/availability/src/local-time.ts';
import type { Schedule } from '../libs/availability/src/schedule.ts';
import { nextFree, type SlotLimits, slots } from '../libs/availability/src/slot-engine.ts';

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

function median(run: () => number, rounds: number): { ms: number; count: number } {
  let count = 0;
  const times = Array.from({ length: rounds }, () => {
    const began = performance.now();
    count = run();
    return performance.now() - began;
  });
  return { ms: times.sort((a, b) => a - b)[Math.floor(rounds / 2)] as number, count };
}

const sum = (of: (doctor: (typeof doctors)[number]) => number): number =>
  doctors.reduce((total, doctor) => total + of(doctor), 0);
const began = performance.now();
sum(({ schedule, limits }) => slots(schedule, month, limits).length);
const cold = performance.now() - began;
const engine = median(() => sum(({ schedule, limits }) => slots(schedule, month, limits).length), 200);
const next = median(() => sum(({ schedule, limits }) => (nextFree(schedule, now, limits) ? 1 : 0)), 200);
const temporal = median(() => sum(withTemporal), 5);
if (temporal.count !== engine.count) {
  throw new Error(`The engine found ${engine.count} slots, Temporal ${temporal.count}.`);
}

const line = (what: string, ms: number, note: string): void => {
  process.stdout.write(`${what.padEnd(44)}${ms.toFixed(2).padStart(9)} ms  ${note}\n`);
};
process.stdout.write(`node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model}\n`);
line('a month of slots, 100 doctors (median)', engine.ms, `${engine.count} slots`);
line('the same, first run with empty tables', cold, '');
line('next free slot, 100 doctors (median)', next.ms, '');
line('a month of slots with Temporal (median)', temporal.ms, `${(temporal.ms / engine.ms).toFixed(0)} times`);
