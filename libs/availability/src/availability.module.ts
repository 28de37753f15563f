import { Module } from '@nestjs/common';
import { DoctorsModule } from '#doctors';
import { AvailabilityService } from './availability.service.ts';

@Module({ imports: [DoctorsModule], providers: [AvailabilityService], exports: [AvailabilityService] })
export class AvailabilityModule {}
