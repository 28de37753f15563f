import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { PlanCatalogue, SubscriptionCheckoutsService, SubscriptionsService } from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  ListSubscriptions,
  OpenSubscriptionCheckout,
  OpenSubscriptionPortal,
  PlanAnswer,
  SubscriptionAnswer,
  SubscriptionCheckoutAnswer,
  SubscriptionPortalAnswer,
  toPlan,
  toSubscription,
  toSubscriptionCheckout,
} from './subscriptions.dto.ts';

@Controller('api/payments')
export class SubscriptionsController {
  constructor(
    private readonly plans: PlanCatalogue,
    private readonly subscriptions: SubscriptionsService,
    private readonly checkouts: SubscriptionCheckoutsService,
  ) {}

  @Get('plans')
  @Operation({
    summary: 'The plans for practices, from the least to the most',
    access: 'public',
    answers: z.array(PlanAnswer),
  })
  list() {
    return this.plans.offers().map(toPlan);
  }

  @Get('subscription')
  @Operation({
    summary: 'What one’s practice has subscribed to, or tries',
    description:
      'Of several, what is in force and has the most; when nothing is in force, the last that there was.',
    access: ['doctor'],
    answers: SubscriptionAnswer,
    fails: ['not_found'],
  })
  async own(@CurrentActor() actor: UserActor) {
    return toSubscription(await this.subscriptions.own(actor));
  }

  @Post('subscription')
  @Idempotent()
  @Operation({
    summary: 'Try Basic for 90 days, once',
    access: ['doctor'],
    answers: SubscriptionAnswer,
    status: 201,
    message: 'The trial has begun.',
    fails: ['not_found', 'conflict'],
  })
  async startTrial(@CurrentActor() actor: UserActor) {
    return toSubscription(await this.subscriptions.startTrial(actor));
  }

  @Post('subscription/checkout')
  @Idempotent()
  @Operation({
    summary: 'Open a page of the provider on which one’s practice subscribes to Pro',
    description:
      'Asked again, the same page while it is open and the same is wanted: one subscription comes of it.',
    access: ['doctor'],
    answers: SubscriptionCheckoutAnswer,
    status: 201,
    message: 'Subscribe at checkout_url.',
    fails: ['not_found', 'conflict'],
  })
  async checkout(
    @CurrentActor() actor: UserActor,
    @Body({ schema: OpenSubscriptionCheckout }) request: z.output<typeof OpenSubscriptionCheckout>,
  ) {
    return toSubscriptionCheckout(await this.checkouts.open(actor, request));
  }

  // No saved answers for Idempotency-Key here: a link is for now, and is not to be stored.
  @Post('subscription/portal')
  @Operation({
    summary: 'Open a page of the provider on which one changes the card, or cancels',
    access: ['doctor'],
    answers: SubscriptionPortalAnswer,
    status: 201,
    message: 'Change it at portal_url.',
    fails: ['not_found', 'conflict'],
  })
  async portal(
    @CurrentActor() actor: UserActor,
    @Body({ schema: OpenSubscriptionPortal }) { return_url }: z.output<typeof OpenSubscriptionPortal>,
  ) {
    return { portal_url: await this.checkouts.portal(actor, return_url) };
  }

  @Get('subscriptions')
  @Operation({
    summary: 'The subscriptions and trials of all practices, the newest first',
    access: ['admin'],
    answers: SubscriptionAnswer,
    paged: true,
  })
  async all(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListSubscriptions }) query: z.output<typeof ListSubscriptions>,
  ) {
    const { page, organization_id, ...filter } = query;
    const found = await this.subscriptions.list(actor, { ...filter, organizationId: organization_id }, page);
    return mapPage(found, toSubscription);
  }
}
