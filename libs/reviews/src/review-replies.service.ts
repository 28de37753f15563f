import { Injectable } from '@nestjs/common';
import { DoctorsService } from '#doctors';
import { Clock, type UserActor } from '#kernel';
import { Database, Transactional } from '#platform';
import type { Review } from './review.entity.ts';
import { notTheDoctor } from './review.errors.ts';
import { ReviewRecords } from './review-records.ts';

/** What doctors answer in public: one reply a review, theirs to change. */
@Injectable()
export class ReviewRepliesService {
  constructor(
    readonly database: Database,
    private readonly clock: Clock,
    private readonly doctors: DoctorsService,
    private readonly records: ReviewRecords,
  ) {}

  /** @throws not_found `review_not_found`; forbidden `not_the_doctor` */
  @Transactional()
  async write(actor: UserActor, doctorId: string, id: string, text: string): Promise<Review> {
    const review = await this.#addressed(actor, doctorId, id);
    return this.records.change(review, { reply: text, repliedAt: this.clock.now() });
  }

  /** Taking back what was not said changes nothing. @throws not_found `review_not_found`; forbidden `not_the_doctor` */
  @Transactional()
  async remove(actor: UserActor, doctorId: string, id: string): Promise<Review> {
    const review = await this.#addressed(actor, doctorId, id);
    return this.records.change(review, { reply: null, repliedAt: null });
  }

  async #addressed(actor: UserActor, doctorId: string, id: string): Promise<Review> {
    const doctor = await this.doctors.byId(doctorId);
    if (doctor.userId !== actor.userId) throw notTheDoctor();
    return this.records.locked(actor, doctorId, id);
  }
}
