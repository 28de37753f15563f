export * from './availability.module.ts';
export * from './availability.service.ts';
export type { AvailabilityRule } from './availability-rule.entity.ts';
export type { Interval } from './interval.ts';
export type { Schedule } from './schedule.ts';
export { isOpen, nearestFree, nextFree, type Slot, type SlotLimits, slots } from './slot-engine.ts';
