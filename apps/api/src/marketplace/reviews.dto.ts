import { z } from 'zod';
import type { Actor } from '#kernel';
import { isAuthor, type ModeratedReview, type RatingSummary, type Review } from '#reviews';
import { iso, isoOrNull, present, RequiredText, Text, Timestamp, YesOrNo } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Rating = z.int().min(1).max(5);
const Status = z.enum(['published', 'hidden', 'withdrawn']);
const Reason = z.enum(['offensive', 'personal_data', 'untrue', 'spam', 'other']);
const Comment = Text(2000).describe('Public. Tell nothing of your health that not everybody may know.');

export const CreateReview = z
  .object({
    rating: Rating,
    comment: Comment.optional(),
    appointment_id: z.uuid().optional().describe('The newest visit without a review when left out.'),
  })
  .transform(({ appointment_id, ...review }) => ({ ...review, appointmentId: appointment_id }));

export const EditReview = z
  .object({ rating: Rating.optional(), comment: Comment.optional() })
  .transform(present);

export const ReplyToReview = z.object({
  text: RequiredText(2000).describe('Public. A reply tells nothing of the visit or of the patient.'),
});

export const ReportReview = z.object({ reason: Reason, note: RequiredText(1000).optional() });

export const ModerateReview = z.object({
  status: z.enum(['published', 'hidden']),
  reason: RequiredText(1000).describe('Told to the author, and kept in the audit log.'),
});

const stars = z.coerce.number().int().min(1).max(5).optional();

export const ListReviews = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt', rating: 'rating' },
  { rating: stars },
);

export const ListModeration = listQuery(
  {
    created_at: 'createdAt',
    updated_at: 'updatedAt',
    rating: 'rating',
    open_reports: 'openReports',
    last_reported_at: 'lastReportedAt',
  },
  {
    status: Status.optional(),
    reported: YesOrNo.optional().describe('Whether a report is open.'),
    doctor_id: z.uuid().optional(),
    rating: stars,
  },
).transform(({ doctor_id, ...query }) => ({ ...query, doctorId: doctor_id }));

export const ReviewAnswer = z
  .object({
    id: z.uuid(),
    doctor_id: z.uuid(),
    author: z.string().describe('A first name and an initial.'),
    is_mine: z.boolean().describe('Whether the caller wrote it.'),
    rating: Rating,
    comment: z.string(),
    reply: z
      .object({ text: z.string(), replied_at: Timestamp })
      .nullable()
      .describe('What the doctor says to it.'),
    status: Status,
    hidden_because: z
      .string()
      .nullable()
      .describe('For the author and administrators, who see what is hidden.'),
    edited_at: Timestamp.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Review' });

export const RatingSummaryAnswer = z
  .object({
    rating: z.number().nullable().describe('The mean, to one decimal.'),
    count: z.int(),
    counts: z
      .object({ 1: z.int(), 2: z.int(), 3: z.int(), 4: z.int(), 5: z.int() })
      .describe('How many reviews gave how many stars.'),
  })
  .meta({ id: 'RatingSummary' });

export const ModeratedReviewAnswer = ReviewAnswer.extend({
  doctor_name: z.string(),
  author_id: z.uuid().nullable().describe('`null` when the account was erased.'),
  open_reports: z.int(),
  reports: z.array(
    z.object({
      id: z.uuid(),
      reporter_id: z.uuid(),
      reason: Reason,
      note: z.string().nullable(),
      created_at: Timestamp,
      closed_at: Timestamp.nullable(),
    }),
  ),
  moderation: z.object({ reason: z.string(), moderated_by: z.uuid(), moderated_at: Timestamp }).nullable(),
}).meta({ id: 'ModeratedReview' });

export const toReview =
  (actor: Actor) =>
  (review: Review): z.infer<typeof ReviewAnswer> => ({
    id: review.id,
    doctor_id: review.practitionerId,
    author: review.authorName,
    is_mine: isAuthor(actor, review),
    rating: review.rating,
    comment: review.comment,
    reply:
      review.reply !== null && review.repliedAt !== null
        ? { text: review.reply, replied_at: iso(review.repliedAt) }
        : null,
    status: review.status,
    hidden_because: review.status === 'hidden' ? review.moderationReason : null,
    edited_at: isoOrNull(review.editedAt),
    created_at: iso(review.createdAt),
    updated_at: iso(review.updatedAt),
  });

export function toRatingSummary({
  rating,
  count,
  counts,
}: RatingSummary): z.infer<typeof RatingSummaryAnswer> {
  const [one, two, three, four, five] = counts;
  return { rating, count, counts: { 1: one, 2: two, 3: three, 4: four, 5: five } };
}

export const toModeratedReview =
  (actor: Actor) =>
  (review: ModeratedReview): z.infer<typeof ModeratedReviewAnswer> => ({
    ...toReview(actor)(review),
    doctor_name: review.doctorName,
    author_id: review.authorUserId,
    open_reports: review.openReports,
    reports: review.reports.map((report) => ({
      id: report.id,
      reporter_id: report.reporterId,
      reason: report.reason,
      note: report.note,
      created_at: iso(report.createdAt),
      closed_at: isoOrNull(report.closedAt),
    })),
    moderation:
      review.moderatedBy !== null && review.moderatedAt !== null
        ? {
            reason: review.moderationReason ?? '',
            moderated_by: review.moderatedBy,
            moderated_at: iso(review.moderatedAt),
          }
        : null,
  });
