export * from './audit.module.ts';
export * from './audit.service.ts';
export * from './audit-entry.ts';
