import { HoursOpened } from '#availability';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { WaitlistOffers } from './waitlist-offers.ts';

/** New hours go to whoever waits, as a slot does that got free. */
@OnEvent(HoursOpened, 'appointments.offer-new-hours')
export class OnHoursOpened implements JobHandler<DataOf<typeof HoursOpened>> {
  constructor(private readonly offers: WaitlistOffers) {}

  async handle(_actor: Actor, { practitionerId }: DataOf<typeof HoursOpened>): Promise<void> {
    await this.offers.offerNewHours(practitionerId);
  }
}
