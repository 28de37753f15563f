export * from './doctor.entity.ts';
export * from './doctor-search.service.ts';
export * from './doctors.module.ts';
export * from './doctors.service.ts';
export * from './events.ts';
export * from './kyc.service.ts';
export * from './kyc-records.service.ts';
export * from './licence.entity.ts';
