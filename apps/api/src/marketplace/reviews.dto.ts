import { z } from 'zod';
import type { Review } from '#reviews';
import { iso, Text, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Rating = z.int().min(1).max(5);

export const CreateReview = z
  .object({
    rating: Rating,
    comment: Text(2000).optional(),
    appointment_id: z.uuid().optional().describe('The newest visit without a review when left out.'),
  })
  .transform(({ appointment_id, ...review }) => ({ ...review, appointmentId: appointment_id }));

export const ListReviews = listQuery(
  { created_at: 'createdAt', rating: 'rating' },
  { rating: z.coerce.number().int().min(1).max(5).optional() },
);

export const ReviewAnswer = z
  .object({
    id: z.uuid(),
    doctor_id: z.uuid(),
    author: z.string(),
    rating: Rating,
    comment: z.string(),
    created_at: Timestamp,
  })
  .meta({ id: 'Review' });

export function toReview(review: Review): z.infer<typeof ReviewAnswer> {
  return {
    id: review.id,
    doctor_id: review.practitionerId,
    author: review.authorName,
    rating: review.rating,
    comment: review.comment,
    created_at: iso(review.createdAt),
  };
}
