import { Module } from '@nestjs/common';
import { AvailabilityModule } from '#availability';
import { DoctorsModule } from '#doctors';
import { PatientsModule } from '#patients';
import { AppointmentReader } from './appointment-reader.ts';
import { AppointmentsAccountPart } from './appointments.account-part.ts';
import { AppointmentsService } from './appointments.service.ts';
import { BookingService } from './booking.service.ts';
import { CareRelationships } from './care-relationships.ts';
import { DiscoveryService } from './discovery.service.ts';
import { ExpireHoldHandler } from './expire-hold.handler.ts';
import { OnAccountErased } from './on-account-erased.handler.ts';
import { SlotsService } from './slots.service.ts';

@Module({
  imports: [AvailabilityModule, DoctorsModule, PatientsModule],
  providers: [
    AppointmentReader,
    AppointmentsAccountPart,
    AppointmentsService,
    BookingService,
    CareRelationships,
    DiscoveryService,
    ExpireHoldHandler,
    OnAccountErased,
    SlotsService,
  ],
  exports: [AppointmentsService, BookingService, CareRelationships, DiscoveryService, SlotsService],
})
export class AppointmentsModule {}
