import { Injectable } from '@nestjs/common';
import { AppointmentsService } from '#appointments';
import { AccountsService } from '#auth';
import { DoctorsService } from '#doctors';
import {
  Clock,
  conflict,
  forbidden,
  newId,
  notFound,
  type Page,
  type PageRequest,
  type UserActor,
} from '#kernel';
import { Database, given, pageOf, Transactional, violatedConstraint } from '#platform';
import type { Review } from './review.entity.ts';

export interface NewReview {
  readonly doctorId: string;
  /** The visit that is reviewed; the newest completed one with this doctor that has no review when left out. */
  readonly appointmentId?: string;
  /** 1 to 5. */
  readonly rating: number;
  readonly comment?: string;
}

@Injectable()
export class ReviewsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly accounts: AccountsService,
    private readonly appointments: AppointmentsService,
    private readonly doctors: DoctorsService,
  ) {}

  /** What patients say of a doctor, newest first. */
  async ofDoctor(
    doctorId: string,
    filter: { rating?: number; order?: { by: 'createdAt' | 'rating'; descending: boolean } },
    page: PageRequest,
  ): Promise<Page<Review>> {
    await this.doctors.listed(doctorId);
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    return pageOf(
      this.database.query
        .selectFrom('reviews')
        .selectAll()
        .where('practitionerId', '=', doctorId)
        .where((eb) => eb.and(given([filter.rating && eb('rating', '=', filter.rating)])))
        .orderBy(by, descending ? 'desc' : 'asc')
        .orderBy('id'),
      page,
    );
  }

  /**
   * Only a patient whose visit with the doctor took place reviews it, once.
   * @throws forbidden `visit_required`; conflict `already_reviewed`; not_found `doctor_not_found`
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
      const review = await this.database.query
        .insertInto('reviews')
        .values({
          id: newId(),
          appointmentId: visit.id,
          practitionerId: doctorId,
          patientId: visit.patientId,
          // The public learns a first name and an initial.
          authorName: `${firstName} ${lastName.slice(0, 1)}.`,
          rating,
          comment: comment ?? '',
          createdAt: now,
          updatedAt: now,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      await this.doctors.addRating(doctorId, rating);
      return review;
    } catch (error) {
      throw violatedConstraint(error) === 'reviews_one_per_visit' ? alreadyReviewed() : error;
    }
  }

  /** Takes the person out of their reviews; the ratings still count. */
  async anonymize(patientId: string): Promise<void> {
    await this.database.query
      .updateTable('reviews')
      .set({ authorName: 'A former patient', comment: '', updatedAt: this.clock.now() })
      .where('patientId', '=', patientId)
      .execute();
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

const visitRequired = () =>
  forbidden('visit_required', 'Only a patient whose visit with this doctor took place can review it.');
const alreadyReviewed = () => conflict('already_reviewed', 'This visit has been reviewed already.');
