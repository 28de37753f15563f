import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AuditService } from '#audit';
import { Clock, newId, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import {
  containing,
  Database,
  FieldCipher,
  given,
  pageOf,
  Transactional,
  violatedConstraint,
  within,
} from '#platform';
import type { ReportReason, Review, ReviewReport, ReviewStatus } from './review.entity.ts';
import { alreadyReported, ownReview } from './review.errors.ts';
import { reviewStates } from './review.states.ts';
import { ReviewRecords } from './review-records.ts';
import { isAuthor } from './reviews.policy.ts';

export interface ModerationFilter {
  readonly status?: ReviewStatus;
  /** Whether a report is open. */
  readonly reported?: boolean;
  readonly doctorId?: string;
  readonly rating?: number;
  /** Matches the patient's words, the reply, and the names of the two people. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: {
    readonly by: 'createdAt' | 'updatedAt' | 'rating' | 'openReports' | 'lastReportedAt';
    readonly descending: boolean;
  };
}

/** A review as a moderator sees it. */
export interface ModeratedReview extends Review {
  readonly doctorName: string;
  readonly openReports: number;
  /** Oldest first. */
  readonly reports: readonly ReviewReport[];
}

/** What should not be public: people report it, an administrator decides. */
@Injectable()
export class ReviewModerationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly cipher: FieldCipher,
    private readonly audit: AuditService,
    private readonly records: ReviewRecords,
  ) {}

  /**
   * Everybody with an account reports a review once.
   * @throws not_found `review_not_found`; forbidden `own_review`; conflict `already_reported`
   */
  @Transactional()
  async report(
    actor: UserActor,
    doctorId: string,
    reviewId: string,
    { reason, note }: { readonly reason: ReportReason; readonly note?: string },
  ): Promise<void> {
    const review = await this.records.visible(actor, doctorId, reviewId);
    if (isAuthor(actor, review)) throw ownReview();
    const id = newId();
    try {
      await this.database.query
        .insertInto('reviewReports')
        .values({
          id,
          reviewId,
          reporterId: actor.userId,
          reason,
          note: note ? this.cipher.encrypt(note, placeOf(id)) : null,
          createdAt: this.clock.now(),
        })
        .execute();
    } catch (error) {
      throw violatedConstraint(error) === 'review_reports_once' ? alreadyReported() : error;
    }
  }

  /**
   * What is reported or hidden, unless the filter asks for something else; what was reported last comes
   * first.
   */
  async list(_actor: UserActor, filter: ModerationFilter, page: PageRequest): Promise<Page<ModeratedReview>> {
    const { by, descending } = filter.order ?? { by: 'lastReportedAt', descending: true };
    const found = await pageOf(
      this.#reported(filter)
        .orderBy(by, (order) => (descending ? order.desc() : order.asc()).nullsLast())
        .orderBy('id'),
      page,
    );
    const reports = await this.#reportsOf(found.items.map(({ id }) => id));
    return {
      ...found,
      items: found.items.map((review) => ({
        ...review,
        reports: reports.filter(({ reviewId }) => reviewId === review.id),
      })),
    };
  }

  /**
   * Hides a review, or publishes it (again). Either way its open reports are dealt with.
   * @throws not_found `review_not_found`; conflict `review_is_withdrawn`
   */
  @Transactional()
  async decide(
    actor: UserActor,
    doctorId: string,
    reviewId: string,
    { status, reason }: { readonly status: 'published' | 'hidden'; readonly reason: string },
  ): Promise<Review> {
    const review = await this.records.locked(actor, doctorId, reviewId);
    reviewStates.assert(review.status, status);
    const now = this.clock.now();
    await this.database.query
      .updateTable('reviewReports')
      .set({ closedAt: now })
      .where('reviewId', '=', reviewId)
      .where('closedAt', 'is', null)
      .execute();
    await this.audit.record(actor, {
      action: status === 'hidden' ? 'review.hide' : 'review.publish',
      resource: 'review',
      resourceId: reviewId,
      reason,
    });
    return this.records.change(review, {
      status,
      moderatedBy: actor.userId,
      moderatedAt: now,
      moderationReason: reason,
    });
  }

  #reported(filter: ModerationFilter) {
    const { status, reported, doctorId, rating, search, created, updated } = filter;
    const asked = status !== undefined || reported !== undefined;
    const reports = this.database.query
      .selectFrom('reviewReports')
      .select([
        'reviewId',
        sql<number>`count(*) filter (where closed_at is null)`.as('openReports'),
        sql<Temporal.Instant>`max(created_at)`.as('lastReportedAt'),
      ])
      .groupBy('reviewId');
    return this.database.query
      .selectFrom(
        this.database.query
          .selectFrom('reviews')
          .innerJoin('doctors', 'doctors.id', 'reviews.practitionerId')
          .leftJoin(reports.as('reports'), 'reports.reviewId', 'reviews.id')
          .selectAll('reviews')
          .select([
            'doctors.name as doctorName',
            sql<number>`coalesce(reports.open_reports, 0)`.as('openReports'),
            'reports.lastReportedAt',
          ])
          .as('review'),
      )
      .selectAll()
      .where((eb) =>
        eb.and(
          given([
            !asked && eb.or([eb('openReports', '>', 0), eb('status', '=', 'hidden')]),
            status && eb('status', '=', status),
            reported !== undefined && eb('openReports', reported ? '>' : '=', 0),
            doctorId && eb('practitionerId', '=', doctorId),
            rating && eb('rating', '=', rating),
            search &&
              sql<boolean>`concat_ws(' ', comment, reply, author_name, doctor_name) ilike ${containing(search)}`,
            ...within('createdAt', created),
            ...within('updatedAt', updated),
          ]),
        ),
      );
  }

  async #reportsOf(reviewIds: readonly string[]): Promise<ReviewReport[]> {
    if (reviewIds.length === 0) return [];
    const rows = await this.database.query
      .selectFrom('reviewReports')
      .selectAll()
      .where('reviewId', 'in', reviewIds)
      .orderBy('createdAt')
      .orderBy('id')
      .execute();
    return rows.map((row) => ({
      ...row,
      note: row.note && this.cipher.decrypt(row.note, placeOf(row.id)),
    }));
  }
}

const placeOf = (reportId: string) => `review_reports:${reportId}:note`;
