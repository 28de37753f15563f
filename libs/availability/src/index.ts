export * from './availability.module.ts';
export * from './availability.service.ts';
export type { AvailabilityRule } from './availability-rule.entity.ts';
export type { Interval } from './interval.ts';
export { localDay, nextMidnight } from './local-day.ts';
export { type ReadSchedule, readSchedule } from './openings.ts';
export type { Schedule } from './schedule.ts';
export { nearestFree, nextFree, type Slot, type SlotLimits, slotAt, slots } from './slot-engine.ts';
export { wallClock } from './wall-clock.ts';
