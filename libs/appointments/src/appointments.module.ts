import { Module } from '@nestjs/common';
import { AvailabilityModule } from '#availability';
import { DoctorsModule } from '#doctors';
import { PatientsModule } from '#patients';
import { AppointmentReader } from './appointment-reader.ts';
import { AppointmentsAccountPart } from './appointments.account-part.ts';
import { AppointmentsService } from './appointments.service.ts';
import { BookingService } from './booking.service.ts';
import { CalendarChanges } from './calendar-changes.ts';
import { Calendars } from './calendars.ts';
import { CareRelationships } from './care-relationships.ts';
import { ConcludeVisitHandler } from './conclude-visit.handler.ts';
import { DiscoveryService } from './discovery.service.ts';
import { DoctorLists } from './doctor-lists.ts';
import { EndWaitingHandler } from './end-waiting.handler.ts';
import { ExpireHoldHandler } from './expire-hold.handler.ts';
import { FollowUpsService } from './follow-ups.service.ts';
import { ForgetCalendarChangesHandler } from './forget-calendar-changes.handler.ts';
import { OnAccountErased } from './on-account-erased.handler.ts';
import { SlotClaims } from './slot-claims.ts';
import { SlotsService } from './slots.service.ts';
import { VisitWindow } from './visit-window.ts';
import { WaitlistService } from './waitlist.service.ts';
import {
  OfferCancelledSlot,
  OfferExpiredSlot,
  OfferFormerSlot,
  SettleWaitlist,
} from './waitlist-follows-visit.handlers.ts';
import { WaitlistOffers } from './waitlist-offers.ts';
import { WaitlistReader } from './waitlist-reader.ts';

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
