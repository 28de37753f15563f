import { Module } from '@nestjs/common';
import { AppointmentsModule } from '#appointments';
import { AuditModule } from '#audit';
import { AuthModule } from '#auth';
import { DoctorsModule } from '#doctors';
import { OnChartReleased } from './on-chart-released.handler.ts';
import { ReviewModerationService } from './review-moderation.service.ts';
import { ReviewRecords } from './review-records.ts';
import { ReviewRepliesService } from './review-replies.service.ts';
import { ReviewsAccountPart } from './reviews.account-part.ts';
import { ReviewsService } from './reviews.service.ts';

@Module({
  imports: [AppointmentsModule, AuditModule, AuthModule, DoctorsModule],
  providers: [
    OnChartReleased,
    ReviewModerationService,
    ReviewRecords,
    ReviewRepliesService,
    ReviewsAccountPart,
    ReviewsService,
  ],
  exports: [ReviewModerationService, ReviewRepliesService, ReviewsService],
})
export class ReviewsModule {}
