import { Module } from '@nestjs/common';
import { DoctorsModule } from '#doctors';
import { AvailabilityAccountPart } from './availability.account-part.ts';
import { AvailabilityService } from './availability.service.ts';

@Module({
  imports: [DoctorsModule],
  providers: [AvailabilityAccountPart, AvailabilityService],
  exports: [AvailabilityService],
})
export class AvailabilityModule {}
