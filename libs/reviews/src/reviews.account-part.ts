import { type AccountPart, KeepsOfAccount } from '#auth';
import { Database } from '#platform';

@KeepsOfAccount('reviews')
export class ReviewsAccountPart implements AccountPart {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<Record<string, unknown>> {
    return {
      reviews: await this.database.query
        .selectFrom('reviews as review')
        .innerJoin('patients as patient', 'patient.id', 'review.patientId')
        .selectAll('review')
        .where('patient.accountUserId', '=', userId)
        .orderBy('review.createdAt')
        .execute(),
    };
  }
}
