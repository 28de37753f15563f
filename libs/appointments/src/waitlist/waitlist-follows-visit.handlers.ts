import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import {
  AppointmentCancelled,
  AppointmentConfirmed,
  AppointmentExpired,
  AppointmentRescheduled,
} from '../events.ts';
import { AppointmentReader } from '../visits/appointment-reader.ts';
import { WaitlistOffers } from './waitlist-offers.ts';

/** Who has a visit need not wait for one. */
@OnEvent(AppointmentConfirmed, 'appointments.settle-waitlist')
export class SettleWaitlist implements JobHandler<DataOf<typeof AppointmentConfirmed>> {
  constructor(private readonly offers: WaitlistOffers) {}

  async handle(_actor: Actor, { appointmentId }: DataOf<typeof AppointmentConfirmed>): Promise<void> {
    await this.offers.settle(appointmentId);
  }
}

/** A visit that was called off, or an offer that was declined, leaves its slot to whoever waits. */
@OnEvent(AppointmentCancelled, 'appointments.offer-cancelled-slot')
export class OfferCancelledSlot implements JobHandler<DataOf<typeof AppointmentCancelled>> {
  constructor(
    private readonly offers: WaitlistOffers,
    private readonly visits: AppointmentReader,
  ) {}

  async handle(_actor: Actor, { appointmentId }: DataOf<typeof AppointmentCancelled>): Promise<void> {
    await this.offers.settle(appointmentId);
    const { practitionerId, startsAt } = await this.visits.byId(appointmentId);
    await this.offers.offer(practitionerId, startsAt);
  }
}

/** So does a slot that nobody paid for, or an offer that was let pass. */
@OnEvent(AppointmentExpired, 'appointments.offer-expired-slot')
export class OfferExpiredSlot implements JobHandler<DataOf<typeof AppointmentExpired>> {
  constructor(
    private readonly offers: WaitlistOffers,
    private readonly visits: AppointmentReader,
  ) {}

  async handle(_actor: Actor, { appointmentId }: DataOf<typeof AppointmentExpired>): Promise<void> {
    await this.offers.settle(appointmentId);
    const { practitionerId, startsAt } = await this.visits.byId(appointmentId);
    await this.offers.offer(practitionerId, startsAt);
  }
}

/** So does a visit that was moved away. */
@OnEvent(AppointmentRescheduled, 'appointments.offer-former-slot')
export class OfferFormerSlot implements JobHandler<DataOf<typeof AppointmentRescheduled>> {
  constructor(
    private readonly offers: WaitlistOffers,
    private readonly visits: AppointmentReader,
  ) {}

  async handle(
    _actor: Actor,
    { appointmentId, formerStart }: DataOf<typeof AppointmentRescheduled>,
  ): Promise<void> {
    const { practitionerId } = await this.visits.byId(appointmentId);
    await this.offers.offer(practitionerId, Temporal.Instant.from(formerStart));
  }
}
