import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { ReviewsService } from '#reviews';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CreateReview, ListReviews, ReviewAnswer, toReview } from './reviews.dto.ts';

@Controller('api/doctors/:id/reviews')
export class ReviewsController {
  constructor(private readonly reviews: ReviewsService) {}

  @Get()
  @Operation({
    summary: 'What patients say of a doctor',
    access: 'public',
    answers: ReviewAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async list(
    @Param('id', { schema: Id }) doctorId: string,
    @Query({ schema: ListReviews }) { page, ...filter }: z.output<typeof ListReviews>,
  ) {
    return mapPage(await this.reviews.ofDoctor(doctorId, filter, page), toReview);
  }

  @Post('create')
  @Operation({
    summary: 'Review a visit that took place, once',
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
    return toReview(await this.reviews.create(actor, { ...review, doctorId }));
  }
}
