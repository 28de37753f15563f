import { type Actor, hasRole } from '#kernel';
import type { Review } from './review.entity.ts';

export function isAuthor(actor: Actor, review: Pick<Review, 'authorUserId'>): boolean {
  return actor.userId !== null && review.authorUserId === actor.userId;
}

/** What is published everybody sees; what is hidden its author; what was withdrawn administrators only. */
export function maySee(actor: Actor, review: Pick<Review, 'authorUserId' | 'status'>): boolean {
  if (hasRole(actor, 'admin') || review.status === 'published') return true;
  return review.status === 'hidden' && isAuthor(actor, review);
}
