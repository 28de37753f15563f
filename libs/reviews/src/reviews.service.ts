import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AppointmentsService } from '#appointments';
import { AccountsService } from '#auth';
import { DoctorsService } from '#doctors';
import {
  type Actor,
  Clock,
  newId,
  notFound,
  type Page,
  type PageRequest,
  type Period,
  type UserActor,
} from '#kernel';
import { containing, Database, given, pageOf, Transactional, violatedConstraint, within } from '#platform';
import type { RatingSummary, Review } from './review.entity.ts';
import { alreadyReviewed, notTheAuthor, reviewClosed, visitRequired } from './review.errors.ts';
import { reviewStates } from './review.states.ts';
import { ReviewRecords } from './review-records.ts';
import { isAuthor } from './reviews.policy.ts';

/** How long its author may change a review. */
export const EDITABLE_DAYS = 30;

export interface NewReview {
  readonly doctorId: string;
  /** The visit that is reviewed; the newest completed one with this doctor that has no review when left out. */
  readonly appointmentId?: string;
  /** 1 to 5. */
  readonly rating: number;
  readonly comment?: string;
}

export interface ReviewFilter {
  readonly rating?: number;
  /** Matches the patient's words and the doctor's reply. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt' | 'rating'; readonly descending: boolean };
}

/** What patients say of their visits: one review a visit, public, and the author's to change or take back. */
@Injectable()
export class ReviewsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly accounts: AccountsService,
    private readonly appointments: AppointmentsService,
    private readonly doctors: DoctorsService,
    private readonly records: ReviewRecords,
  ) {}

  /** What patients say of a doctor, newest first unless asked otherwise. @throws not_found `doctor_not_found` */
  async ofDoctor(doctorId: string, filter: ReviewFilter, page: PageRequest): Promise<Page<Review>> {
    await this.doctors.listed(doctorId);
    const { rating, search, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    return pageOf(
      this.#published(doctorId)
        .selectAll()
        .where((eb) =>
          eb.and(
            given([
              rating && eb('rating', '=', rating),
              search &&
                eb.or([eb('comment', 'ilike', containing(search)), eb('reply', 'ilike', containing(search))]),
              ...within('createdAt', created),
              ...within('updatedAt', updated),
            ]),
          ),
        )
        .orderBy(by, descending ? 'desc' : 'asc')
        .orderBy('id'),
      page,
    );
  }

  /** @throws not_found `doctor_not_found` */
  async summary(doctorId: string): Promise<RatingSummary> {
    const { rating, ratingCount } = await this.doctors.listed(doctorId);
    const rows = await this.#published(doctorId)
      .select(['rating', sql<number>`count(*)`.as('count')])
      .groupBy('rating')
      .execute();
    const of = (stars: number) => rows.find((row) => row.rating === stars)?.count ?? 0;
    return { rating, count: ratingCount, counts: [of(1), of(2), of(3), of(4), of(5)] };
  }

  /** @throws not_found `review_not_found`, also for one that the actor may not see */
  get(actor: Actor, doctorId: string, id: string): Promise<Review> {
    return this.records.visible(actor, doctorId, id);
  }

  /**
   * Only a patient whose visit with the doctor took place reviews it, once.
   * @throws forbidden `visit_required`; conflict `already_reviewed`; not_found `doctor_not_found`,
   *   `appointment_not_found`
   */
  @Transactional()
  async create(actor: UserActor, { doctorId, appointmentId, rating, comment }: NewReview): Promise<Review> {
    await this.doctors.listed(doctorId);
    const visit = appointmentId
      ? await this.appointments.visible(actor, appointmentId)
      : await this.#newestUnreviewed(actor, doctorId);
    if (visit.practitionerId !== doctorId) throw notFound('appointment');
    if (visit.patient.userId !== actor.userId || visit.status !== 'completed') throw visitRequired();
    const { firstName, lastName } = await this.accounts.get(actor);
    const now = this.clock.now();
    try {
      return await this.records.add({
        id: newId(),
        appointmentId: visit.id,
        practitionerId: doctorId,
        patientId: visit.patientId,
        authorUserId: actor.userId,
        authorName: publicName(firstName, lastName),
        rating,
        comment: comment ?? '',
        status: 'published',
        editedAt: null,
        reply: null,
        repliedAt: null,
        moderatedBy: null,
        moderatedAt: null,
        moderationReason: null,
        createdAt: now,
        updatedAt: now,
      });
    } catch (error) {
      throw violatedConstraint(error) === 'reviews_one_per_visit' ? alreadyReviewed() : error;
    }
  }

  /**
   * The author changes what they said, for EDITABLE_DAYS. What is hidden stays hidden.
   * @throws not_found `review_not_found`; forbidden `not_the_author`; conflict `review_closed`,
   *   `review_is_withdrawn`
   */
  @Transactional()
  async edit(
    actor: UserActor,
    doctorId: string,
    id: string,
    changes: Partial<Pick<Review, 'rating' | 'comment'>>,
  ): Promise<Review> {
    const review = await this.#own(actor, doctorId, id);
    const now = this.clock.now();
    const until = review.createdAt.add({ hours: EDITABLE_DAYS * 24 });
    if (Temporal.Instant.compare(now, until) > 0) throw reviewClosed(until.toString());
    return this.records.change(review, { ...changes, editedAt: now });
  }

  /**
   * The author takes the review back, at any time: its words and the reply to them are gone. The visit is
   * not reviewed again.
   * @throws not_found `review_not_found`; forbidden `not_the_author`
   */
  @Transactional()
  async withdraw(actor: UserActor, doctorId: string, id: string): Promise<void> {
    const review = await this.#own(actor, doctorId, id);
    reviewStates.assert(review.status, 'withdrawn');
    await this.records.change(review, { status: 'withdrawn', comment: '', reply: null, repliedAt: null });
  }

  /** Takes the person out of their reviews; the ratings still count. */
  async anonymize(patientId: string): Promise<void> {
    await this.database.query
      .updateTable('reviews')
      .set({ authorName: 'A former patient', comment: '', authorUserId: null, updatedAt: this.clock.now() })
      .where('patientId', '=', patientId)
      .execute();
  }

  async #own(actor: UserActor, doctorId: string, id: string): Promise<Review> {
    const review = await this.records.locked(actor, doctorId, id);
    if (!isAuthor(actor, review)) throw notTheAuthor();
    return review;
  }

  #published(doctorId: string) {
    return this.database.query
      .selectFrom('reviews')
      .where('practitionerId', '=', doctorId)
      .where('status', '=', 'published');
  }

  async #newestUnreviewed(actor: UserActor, doctorId: string) {
    const completed = await this.appointments.list(
      actor,
      {
        practitionerId: doctorId,
        status: ['completed'],
        order: { by: 'startsAt', descending: true },
      },
      { page: 1, pageSize: 100 },
    );
    if (completed.items.length === 0) throw visitRequired();
    const reviewed = await this.database.query
      .selectFrom('reviews')
      .select('appointmentId')
      .where(
        'appointmentId',
        'in',
        completed.items.map((visit) => visit.id),
      )
      .execute();
    const visit = completed.items.find(({ id }) => !reviewed.some((review) => review.appointmentId === id));
    if (!visit) throw alreadyReviewed();
    return visit;
  }
}

/** The public learns a first name and an initial. */
function publicName(firstName: string, lastName: string): string {
  const [initial] = lastName;
  return initial ? `${firstName} ${initial}.` : firstName;
}
