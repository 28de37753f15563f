import { Controller, Get, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { UserActor } from '#kernel';
import { VisitCalendar } from '#notifications';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';

const CALENDAR = 'text/calendar';

@Controller('api/appointments')
export class CalendarController {
  constructor(private readonly calendar: VisitCalendar) {}

  @Get(':id/calendar.ics')
  @Operation({
    summary: 'A visit as an entry for one’s calendar; it replaces the one that came by mail',
    access: ['doctor', 'patient'],
    produces: CALENDAR,
    fails: ['not_found', 'conflict'],
  })
  async entry(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const entry = await this.calendar.entryOf(actor, id);
    reply.type(`${CALENDAR}; charset=utf-8`);
    reply.header('content-disposition', 'attachment; filename="visit.ics"');
    return entry;
  }
}
