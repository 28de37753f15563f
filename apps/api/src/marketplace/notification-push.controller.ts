import { Body, Controller, Delete, Get, Post } from '@nestjs/common';
import type { z } from 'zod';
import type { UserActor } from '#kernel';
import { PushSubscriptionsService } from '#notifications';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PushKeyAnswer, Subscribe, SubscriptionAnswer, Unsubscribe } from './notification-push.dto.ts';

@Controller('api/notifications/push')
export class NotificationPushController {
  constructor(private readonly subscriptions: PushSubscriptionsService) {}

  @Get('key')
  @Operation({
    summary: 'The key that a browser subscribes with: PushManager’s applicationServerKey',
    access: 'authenticated',
    answers: PushKeyAnswer,
  })
  key(): z.infer<typeof PushKeyAnswer> {
    return { public_key: this.subscriptions.publicKey() };
  }

  @Post('subscriptions')
  @Operation({
    summary: 'Show notifications in this browser, or renew its keys',
    description: 'The body is what a PushSubscription of the browser gives as JSON. Ten browsers are kept.',
    access: 'authenticated',
    answers: SubscriptionAnswer,
    status: 201,
    message: 'This browser is subscribed.',
  })
  async subscribe(
    @CurrentActor() actor: UserActor,
    @Body({ schema: Subscribe }) { endpoint, keys }: z.output<typeof Subscribe>,
  ): Promise<z.infer<typeof SubscriptionAnswer>> {
    return { id: await this.subscriptions.add(actor, { endpoint, ...keys }) };
  }

  @Delete('subscriptions')
  @Operation({
    summary: 'Show no more notifications in this browser',
    access: 'authenticated',
    message: 'This browser is not subscribed any more.',
    fails: ['not_found'],
  })
  async unsubscribe(
    @CurrentActor() actor: UserActor,
    @Body({ schema: Unsubscribe }) { endpoint }: z.output<typeof Unsubscribe>,
  ) {
    await this.subscriptions.remove(actor, endpoint);
  }
}
