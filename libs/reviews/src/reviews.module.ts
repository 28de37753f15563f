import { Module } from '@nestjs/common';
import { AppointmentsModule } from '#appointments';
import { AuthModule } from '#auth';
import { DoctorsModule } from '#doctors';
import { OnChartReleased } from './on-chart-released.handler.ts';
import { ReviewsAccountPart } from './reviews.account-part.ts';
import { ReviewsService } from './reviews.service.ts';

@Module({
  imports: [AppointmentsModule, AuthModule, DoctorsModule],
  providers: [OnChartReleased, ReviewsAccountPart, ReviewsService],
  exports: [ReviewsService],
})
export class ReviewsModule {}
