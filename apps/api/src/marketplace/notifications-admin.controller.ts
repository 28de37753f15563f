import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import {
  AnnouncementsService,
  BulkNotificationsService,
  DeliveriesService,
  NotificationStatsService,
} from '#notifications';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import { NotificationAnswer, toNotification } from './notifications.dto.ts';
import {
  BulkAnswer,
  CreateNotification,
  DeliveryAnswer,
  ListDeliveries,
  NotificationStatsAnswer,
  SendBulkNotification,
  SendNotification,
  StatsQuery,
  toBulk,
  toDelivery,
  toNotificationStats,
} from './notifications-admin.dto.ts';

@Controller('api/notifications')
export class NotificationsAdminController {
  constructor(
    private readonly announcements: AnnouncementsService,
    private readonly bulks: BulkNotificationsService,
    private readonly deliveries: DeliveriesService,
    private readonly statistics: NotificationStatsService,
  ) {}

  @Post()
  @Idempotent()
  @Operation({
    summary: 'Put a notification into somebody’s list, in the app only',
    access: ['admin'],
    answers: NotificationAnswer,
    status: 201,
    message: 'Created.',
    fails: ['not_found'],
  })
  async create(
    @CurrentActor() actor: UserActor,
    @Body({ schema: CreateNotification }) { user_id, ...words }: z.output<typeof CreateNotification>,
  ) {
    return toNotification(await this.announcements.send(actor, user_id, { ...words, channels: [] }));
  }

  @Post('send')
  @Idempotent()
  @Operation({
    summary: 'Send a notification to somebody: in the app, and by the ways that they want',
    access: ['admin'],
    answers: NotificationAnswer,
    status: 201,
    message: 'On its way.',
    fails: ['not_found'],
  })
  async send(
    @CurrentActor() actor: UserActor,
    @Body({ schema: SendNotification }) { user_id, ...announcement }: z.output<typeof SendNotification>,
  ) {
    return toNotification(await this.announcements.send(actor, user_id, announcement));
  }

  @Post('send-bulk')
  @Idempotent()
  @Operation({
    summary: 'Send a notification to many people, listed or by a filter',
    description:
      'It is done step by step after the answer; ask `/api/notifications/bulk/{id}/` how far it is.',
    access: ['admin'],
    answers: BulkAnswer,
    status: 202,
    message: 'It begins.',
  })
  async sendBulk(
    @CurrentActor() actor: UserActor,
    @Body({ schema: SendBulkNotification }) request: z.output<typeof SendBulkNotification>,
  ) {
    return toBulk(await this.bulks.send(actor, request));
  }

  @Get('bulk/:id')
  @Operation({
    summary: 'How far a notification to many people has come',
    access: ['admin'],
    answers: BulkAnswer,
    fails: ['not_found'],
  })
  async bulk(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toBulk(await this.bulks.get(actor, id));
  }

  @Post('bulk/:id/cancel')
  @Operation({
    summary: 'Tell nobody further',
    access: ['admin'],
    answers: BulkAnswer,
    message: 'Cancelled.',
    fails: ['not_found', 'conflict'],
  })
  async cancelBulk(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toBulk(await this.bulks.cancel(actor, id));
  }

  @Get('stats')
  @Operation({
    summary: 'How much was told, how much of it arrived and was read',
    access: ['admin'],
    answers: NotificationStatsAnswer,
  })
  async stats(
    @CurrentActor() actor: UserActor,
    @Query({ schema: StatsQuery }) filter: z.output<typeof StatsQuery>,
  ) {
    return toNotificationStats(await this.statistics.stats(actor, filter));
  }

  @Get('deliveries')
  @Operation({
    summary: 'What went out of the app, by mail, text message and push, and how it went; newest first',
    access: ['admin'],
    answers: DeliveryAnswer,
    paged: true,
  })
  async listDeliveries(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListDeliveries }) { page, user_id, ...filter }: z.output<typeof ListDeliveries>,
  ) {
    return mapPage(await this.deliveries.list(actor, { ...filter, userId: user_id }, page), toDelivery);
  }

  @Post('deliveries/:id/retry')
  @Operation({
    summary: 'Try a delivery once more that was given up',
    access: ['admin'],
    answers: DeliveryAnswer,
    message: 'It is tried again.',
    fails: ['not_found', 'conflict'],
  })
  async retry(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toDelivery(await this.deliveries.retry(actor, id));
  }
}
