export * from './review.entity.ts';
export * from './reviews.module.ts';
export * from './reviews.service.ts';
