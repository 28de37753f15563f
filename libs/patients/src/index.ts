export * from './dependants.service.ts';
export * from './events.ts';
export * from './patient.entity.ts';
export * from './patients.module.ts';
export * from './patients.service.ts';
