import { Module } from '@nestjs/common';
import { AppointmentsModule } from '#appointments';
import { AuthModule } from '#auth';
import { DoctorsModule } from '#doctors';
import { ReviewsService } from './reviews.service.ts';

@Module({
  imports: [AppointmentsModule, AuthModule, DoctorsModule],
  providers: [ReviewsService],
  exports: [ReviewsService],
})
export class ReviewsModule {}
