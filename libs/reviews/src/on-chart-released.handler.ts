import type { Actor } from '#kernel';
import { ChartReleased } from '#patients';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { ReviewsService } from './reviews.service.ts';

/** A rating counts for the doctor; who gave it, and in which words, goes with the account. */
@OnEvent(ChartReleased, 'reviews.anonymize')
export class OnChartReleased implements JobHandler<DataOf<typeof ChartReleased>> {
  constructor(private readonly reviews: ReviewsService) {}

  handle(_actor: Actor, { patientId }: DataOf<typeof ChartReleased>): Promise<void> {
    return this.reviews.anonymize(patientId);
  }
}
