export * from './organizations.module.ts';
export * from './practices.service.ts';
