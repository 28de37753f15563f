export * from './dependants.service.ts';
export * from './events.ts';
export * from './handovers/handover-offers.service.ts';
export type { Handover } from './handovers/handover-records.ts';
export * from './handovers/handovers.service.ts';
export * from './patient.entity.ts';
export * from './patients.module.ts';
export * from './patients.service.ts';
