import type { Actor } from '#kernel';
import { type JobHandler, OnSchedule } from '#platform';
import { WaitlistOffers } from './waitlist-offers.ts';
import { WaitlistReader } from './waitlist-reader.ts';

/** Days come within a doctor's booking horizon by themselves; their slots go to whoever waits, as new hours do. */
@OnSchedule('33 * * * *', 'appointments.offer-new-days')
export class OfferNewDaysHandler implements JobHandler<Record<string, never>> {
  constructor(
    private readonly reader: WaitlistReader,
    private readonly offers: WaitlistOffers,
  ) {}

  async handle(_actor: Actor): Promise<void> {
    for (const practitionerId of await this.reader.awaited()) await this.offers.offerNewHours(practitionerId);
  }
}
