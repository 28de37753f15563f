import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { ReviewModerationService } from '#reviews';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  ListModeration,
  ModeratedReviewAnswer,
  ModerateReview,
  ReviewAnswer,
  toModeratedReview,
  toReview,
} from './reviews.dto.ts';

@Controller('api/doctors')
export class ReviewModerationController {
  constructor(private readonly moderation: ReviewModerationService) {}

  @Get('reviews/moderation')
  @Operation({
    summary: 'Reviews that are reported or hidden, and why; with filters, any review',
    access: ['admin'],
    answers: ModeratedReviewAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListModeration }) { page, ...filter }: z.output<typeof ListModeration>,
  ) {
    return mapPage(await this.moderation.list(actor, filter, page), toModeratedReview(actor));
  }

  @Post(':id/reviews/:review_id/moderate')
  @Operation({
    summary: 'Hide a review, or publish it again; its open reports are dealt with',
    access: ['admin'],
    answers: ReviewAnswer,
    message: 'Saved.',
    fails: ['not_found', 'conflict'],
  })
  async moderate(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) doctorId: string,
    @Param('review_id', { schema: Id }) id: string,
    @Body({ schema: ModerateReview }) decision: z.output<typeof ModerateReview>,
  ) {
    return toReview(actor)(await this.moderation.decide(actor, doctorId, id, decision));
  }
}
