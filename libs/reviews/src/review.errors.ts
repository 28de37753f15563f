import { conflict, forbidden } from '#kernel';

export const visitRequired = () =>
  forbidden('visit_required', 'Only a patient whose visit with this doctor took place can review it.');
export const alreadyReviewed = () => conflict('already_reviewed', 'This visit has been reviewed already.');
export const notTheAuthor = () =>
  forbidden('not_the_author', 'Only whoever wrote this review changes or withdraws it.');
export const reviewClosed = (editableUntil: string) =>
  conflict('review_closed', 'This review can no longer be changed, only withdrawn.', {
    editable_until: editableUntil,
  });
export const notTheDoctor = () =>
  forbidden('not_the_doctor', 'Only the reviewed doctor replies to a review.');
export const ownReview = () => forbidden('own_review', 'Nobody reports their own review.');
export const alreadyReported = () => conflict('already_reported', 'You have reported this review already.');
