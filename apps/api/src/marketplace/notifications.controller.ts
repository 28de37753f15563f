import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { NotificationsService } from '#notifications';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import {
  ListNotifications,
  ListUnread,
  MarkAllRead,
  MarkedAnswer,
  NotificationAnswer,
  toNotification,
  UpdateNotification,
} from './notifications.dto.ts';

@Controller('api/notifications')
export class NotificationsController {
  constructor(private readonly notifications: NotificationsService) {}

  @Get()
  @Operation({
    summary: 'One’s own notifications, newest first',
    access: 'authenticated',
    answers: NotificationAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListNotifications })
    { page, status, ...filter }: z.output<typeof ListNotifications>,
  ) {
    const read = status && status === 'read';
    return mapPage(await this.notifications.list(actor, { ...filter, read }, page), toNotification);
  }

  @Get('unread')
  @Operation({
    summary: 'One’s own unread notifications, newest first',
    access: 'authenticated',
    answers: NotificationAnswer,
    paged: true,
  })
  async unread(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListUnread }) { page, ...filter }: z.output<typeof ListUnread>,
  ) {
    return mapPage(await this.notifications.list(actor, { ...filter, read: false }, page), toNotification);
  }

  @Post('mark-all-read')
  @Operation({
    summary: 'Mark all of one’s own notifications as read',
    access: 'authenticated',
    answers: MarkedAnswer,
    message: 'All are marked as read.',
  })
  async markAllRead(
    @CurrentActor() actor: UserActor,
    @Body({ schema: MarkAllRead }) body: z.output<typeof MarkAllRead>,
  ): Promise<z.infer<typeof MarkedAnswer>> {
    return { marked: await this.notifications.markAllRead(actor, body?.before) };
  }

  @Get(':id')
  @Operation({
    summary: 'A notification',
    access: 'authenticated',
    answers: NotificationAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toNotification(await this.notifications.get(actor, id));
  }

  @PutAndPatch(':id')
  @Operation({
    summary: 'Mark a notification as read or unread',
    access: 'authenticated',
    answers: NotificationAnswer,
    message: 'Saved.',
    fails: ['not_found'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdateNotification }) { read }: z.output<typeof UpdateNotification>,
  ) {
    return toNotification(await this.notifications.mark(actor, id, read));
  }

  @Delete(':id')
  @Operation({
    summary: 'Remove a notification',
    access: 'authenticated',
    message: 'Removed.',
    fails: ['not_found'],
  })
  async remove(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    await this.notifications.remove(actor, id);
  }

  @Post(':id/read')
  @Operation({
    summary: 'Mark a notification as read',
    access: 'authenticated',
    answers: NotificationAnswer,
    message: 'Marked as read.',
    fails: ['not_found'],
  })
  async read(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toNotification(await this.notifications.mark(actor, id, true));
  }
}
