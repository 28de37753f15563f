import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { RemindersService } from '#notifications';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { ListReminders, ReminderAnswer, toReminder } from './reminders.dto.ts';

@Controller('api/appointments')
export class RemindersController {
  constructor(private readonly reminders: RemindersService) {}

  @Get(':id/reminders')
  @Operation({
    summary: 'When one is reminded of a visit, soonest first; an administrator sees both people’s',
    access: 'authenticated',
    answers: ReminderAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) appointmentId: string,
    @Query({ schema: ListReminders }) { page, ...filter }: z.output<typeof ListReminders>,
  ) {
    return mapPage(await this.reminders.listForAppointment(actor, appointmentId, filter, page), toReminder);
  }
}
