export * from './review.entity.ts';
export * from './review-moderation.service.ts';
export * from './review-replies.service.ts';
export * from './reviews.module.ts';
export * from './reviews.policy.ts';
export * from './reviews.service.ts';
