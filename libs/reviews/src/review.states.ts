import { stateMachine } from '#kernel';
import type { ReviewStatus } from './review.entity.ts';

/** Only what is published is seen and counts for the rating. A moderator may confirm what is so already. */
export const reviewStates = stateMachine<ReviewStatus>('review', {
  published: ['published', 'hidden', 'withdrawn'],
  hidden: ['hidden', 'published', 'withdrawn'],
  withdrawn: [],
});
