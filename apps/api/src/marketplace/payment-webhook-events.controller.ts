import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { WebhookInboxService } from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  ListWebhookEvents,
  toWebhookEvent,
  toWebhookEventWithPayload,
  WebhookEventAnswer,
  WebhookEventWithPayloadAnswer,
} from './payment-webhook-events.dto.ts';

@Controller('api/payments/webhook-events')
export class PaymentWebhookEventsController {
  constructor(private readonly inbox: WebhookInboxService) {}

  @Get()
  @Operation({
    summary: 'What payment providers told, and what became of it',
    access: ['admin'],
    answers: WebhookEventAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListWebhookEvents }) query: z.output<typeof ListWebhookEvents>,
  ) {
    const { page, transaction_id, created, updated, ...filter } = query;
    const found = await this.inbox.list(
      actor,
      { ...filter, paymentId: transaction_id, received: created, processed: updated },
      page,
    );
    return mapPage(found, toWebhookEvent);
  }

  @Get(':id')
  @Operation({
    summary: 'One event with what was sent',
    description: 'Leaves a row in the audit log.',
    access: ['admin'],
    answers: WebhookEventWithPayloadAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toWebhookEventWithPayload(await this.inbox.inspect(actor, id));
  }

  @Post(':id/replay')
  @Operation({
    summary: 'Have an event worked on once more',
    description: 'Harmless: what it tells has its effect once. An event that still waits stays as it is.',
    access: ['admin'],
    answers: WebhookEventAnswer,
    message: 'It will be worked on.',
    fails: ['not_found', 'conflict'],
  })
  async replay(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toWebhookEvent(await this.inbox.replay(actor, id));
  }
}
