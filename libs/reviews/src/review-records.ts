import { Injectable } from '@nestjs/common';
import { DoctorsService } from '#doctors';
import { type Actor, Clock, notFound } from '#kernel';
import { Database } from '#platform';
import type { Review } from './review.entity.ts';
import { maySee } from './reviews.policy.ts';

/** The rows of reviews. Every write keeps the sums behind the doctor's rating in step, in its own transaction. */
@Injectable()
export class ReviewRecords {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly doctors: DoctorsService,
  ) {}

  /** @throws not_found `review_not_found`, also for one that the actor may not see */
  async visible(actor: Actor, doctorId: string, id: string): Promise<Review> {
    return found(actor, await this.#one(doctorId, id).executeTakeFirst());
  }

  /** As `visible`, and nobody else changes the review before the transaction ends. */
  async locked(actor: Actor, doctorId: string, id: string): Promise<Review> {
    return found(actor, await this.#one(doctorId, id).forUpdate().executeTakeFirst());
  }

  async add(review: Review): Promise<Review> {
    const row = await this.database.query
      .insertInto('reviews')
      .values(review)
      .returningAll()
      .executeTakeFirstOrThrow();
    await this.#count(undefined, row);
    return row;
  }

  /** @param before the row as `locked` gave it */
  async change(before: Review, changes: Partial<Review>): Promise<Review> {
    const row = await this.database.query
      .updateTable('reviews')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await this.#count(before, row);
    return row;
  }

  async #count(before: Review | undefined, now: Review): Promise<void> {
    const [was, is] = [stars(before), stars(now)];
    const change = { total: is.total - was.total, count: is.count - was.count };
    if (change.total !== 0 || change.count !== 0) await this.doctors.countRating(now.practitionerId, change);
  }

  #one(doctorId: string, id: string) {
    return this.database.query
      .selectFrom('reviews')
      .selectAll()
      .where('id', '=', id)
      .where('practitionerId', '=', doctorId);
  }
}

function found(actor: Actor, review: Review | undefined): Review {
  if (!review || !maySee(actor, review)) throw notFound('review');
  return review;
}

/** What a review adds to its doctor's rating. */
function stars(review: Review | undefined): { total: number; count: number } {
  return review?.status === 'published' ? { total: review.rating, count: 1 } : { total: 0, count: 0 };
}
