import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import type { z } from 'zod';
import { type Actor, mapPage, type UserActor } from '#kernel';
import { ReviewModerationService, ReviewRepliesService, ReviewsService } from '#reviews';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import {
  CreateReview,
  EditReview,
  ListReviews,
  RatingSummaryAnswer,
  ReplyToReview,
  ReportReview,
  ReviewAnswer,
  toRatingSummary,
  toReview,
} from './reviews.dto.ts';

@Controller('api/doctors/:id/reviews')
export class ReviewsController {
  constructor(
    private readonly reviews: ReviewsService,
    private readonly replies: ReviewRepliesService,
    private readonly moderation: ReviewModerationService,
  ) {}

  @Get()
  @Operation({
    summary: 'What patients say of a doctor',
    access: 'public',
    answers: ReviewAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async list(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: Id }) doctorId: string,
    @Query({ schema: ListReviews }) { page, ...filter }: z.output<typeof ListReviews>,
  ) {
    return mapPage(await this.reviews.ofDoctor(doctorId, filter, page), toReview(actor));
  }

  @Get('summary')
  @Operation({
    summary: 'How many stars a doctor was given how often',
    access: 'public',
    answers: RatingSummaryAnswer,
    fails: ['not_found'],
  })
  async summary(@Param('id', { schema: Id }) doctorId: string) {
    return toRatingSummary(await this.reviews.summary(doctorId));
  }

  @Post('create')
  @Operation({
    summary: 'Review a visit that took place, once. The text is public, by the patient’s own will',
    access: ['patient'],
    answers: ReviewAnswer,
    status: 201,
    message: 'Thank you.',
    fails: ['not_found', 'conflict'],
  })
  async create(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) doctorId: string,
    @Body({ schema: CreateReview }) review: z.output<typeof CreateReview>,
  ) {
    return toReview(actor)(await this.reviews.create(actor, { ...review, doctorId }));
  }

  @Get(':review_id')
  @Operation({
    summary: 'A review; what is hidden is seen by its author and by administrators',
    access: 'public',
    answers: ReviewAnswer,
    fails: ['not_found'],
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: Id }) doctorId: string,
    @Param('review_id', { schema: Id }) id: string,
  ) {
    return toReview(actor)(await this.reviews.get(actor, doctorId, id));
  }

  @PutAndPatch(':review_id')
  @Operation({
    summary: 'Change one’s own review, for 30 days',
    access: ['patient'],
    answers: ReviewAnswer,
    message: 'Saved.',
    fails: ['not_found', 'conflict'],
  })
  async edit(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) doctorId: string,
    @Param('review_id', { schema: Id }) id: string,
    @Body({ schema: EditReview }) changes: z.output<typeof EditReview>,
  ) {
    return toReview(actor)(await this.reviews.edit(actor, doctorId, id, changes));
  }

  @Delete(':review_id')
  @Operation({
    summary: 'Take one’s own review back for good',
    access: ['patient'],
    message: 'Withdrawn.',
    fails: ['not_found'],
  })
  async withdraw(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) doctorId: string,
    @Param('review_id', { schema: Id }) id: string,
  ) {
    await this.reviews.withdraw(actor, doctorId, id);
  }

  @Put(':review_id/reply')
  @Operation({
    summary: 'The reviewed doctor replies in public, or changes the reply',
    access: ['doctor'],
    answers: ReviewAnswer,
    message: 'Saved.',
    fails: ['not_found'],
  })
  async reply(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) doctorId: string,
    @Param('review_id', { schema: Id }) id: string,
    @Body({ schema: ReplyToReview }) { text }: z.output<typeof ReplyToReview>,
  ) {
    return toReview(actor)(await this.replies.write(actor, doctorId, id, text));
  }

  @Delete(':review_id/reply')
  @Operation({
    summary: 'The doctor takes the reply back',
    access: ['doctor'],
    answers: ReviewAnswer,
    message: 'Removed.',
    fails: ['not_found'],
  })
  async removeReply(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) doctorId: string,
    @Param('review_id', { schema: Id }) id: string,
  ) {
    return toReview(actor)(await this.replies.remove(actor, doctorId, id));
  }

  @Post(':review_id/report')
  @Operation({
    summary: 'Tell administrators that a review should not be public, once',
    access: 'authenticated',
    status: 201,
    message: 'Reported. An administrator will look at it.',
    fails: ['forbidden', 'not_found', 'conflict'],
  })
  async report(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) doctorId: string,
    @Param('review_id', { schema: Id }) id: string,
    @Body({ schema: ReportReview }) report: z.output<typeof ReportReview>,
  ) {
    await this.moderation.report(actor, doctorId, id, report);
  }
}
