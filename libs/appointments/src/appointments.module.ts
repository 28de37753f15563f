import { Module } from '@nestjs/common';
import { AvailabilityModule } from '#availability';
import { DoctorsModule } from '#doctors';
import { PatientsModule } from '#patients';
import { AppointmentsAccountPart } from './appointments.account-part.ts';
import { OnAccountErased } from './on-account-erased.handler.ts';
import { CalendarChanges } from './slots/calendar-changes.ts';
import { Calendars } from './slots/calendars.ts';
import { DiscoveryService } from './slots/discovery.service.ts';
import { DoctorLists } from './slots/doctor-lists.ts';
import { ForgetCalendarChangesHandler } from './slots/forget-calendar-changes.handler.ts';
import { SlotClaims } from './slots/slot-claims.ts';
import { SlotsService } from './slots/slots.service.ts';
import { AppointmentReader } from './visits/appointment-reader.ts';
import { AppointmentsService } from './visits/appointments.service.ts';
import { BookingService } from './visits/booking.service.ts';
import { CareRelationships } from './visits/care-relationships.ts';
import { ConcludeVisitHandler } from './visits/conclude-visit.handler.ts';
import { ExpireHoldHandler } from './visits/expire-hold.handler.ts';
import { FollowUpsService } from './visits/follow-ups.service.ts';
import { VisitWindow } from './visits/visit-window.ts';
import { EndWaitingHandler } from './waitlist/end-waiting.handler.ts';
import { OfferNewDaysHandler } from './waitlist/offer-new-days.handler.ts';
import { OnHoursOpened } from './waitlist/on-hours-opened.handler.ts';
import { WaitlistService } from './waitlist/waitlist.service.ts';
import {
  OfferCancelledSlot,
  OfferExpiredSlot,
  OfferFormerSlot,
  SettleWaitlist,
} from './waitlist/waitlist-follows-visit.handlers.ts';
import { WaitlistOffers } from './waitlist/waitlist-offers.ts';
import { WaitlistReader } from './waitlist/waitlist-reader.ts';

@Module({
  imports: [AvailabilityModule, DoctorsModule, PatientsModule],
  providers: [
    AppointmentReader,
    AppointmentsAccountPart,
    AppointmentsService,
    BookingService,
    CalendarChanges,
    Calendars,
    CareRelationships,
    ConcludeVisitHandler,
    DiscoveryService,
    DoctorLists,
    EndWaitingHandler,
    ExpireHoldHandler,
    FollowUpsService,
    ForgetCalendarChangesHandler,
    OfferCancelledSlot,
    OfferExpiredSlot,
    OfferFormerSlot,
    SettleWaitlist,
    OnAccountErased,
    OfferNewDaysHandler,
    OnHoursOpened,
    SlotClaims,
    SlotsService,
    VisitWindow,
    WaitlistOffers,
    WaitlistReader,
    WaitlistService,
  ],
  exports: [
    AppointmentsService,
    BookingService,
    CareRelationships,
    DiscoveryService,
    FollowUpsService,
    SlotsService,
    VisitWindow,
    WaitlistService,
  ],
})
export class AppointmentsModule {}
