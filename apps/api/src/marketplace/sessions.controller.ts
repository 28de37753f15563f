import { Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { SessionsService } from '#auth';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { EndedSessionsAnswer, ListSessions, SessionAnswer, toSession } from './sessions.dto.ts';

@Controller('api/auth/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @Operation({
    summary: 'Where one is logged in, the last used first',
    access: 'authenticated',
    answers: SessionAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListSessions }) { page, ...filter }: z.output<typeof ListSessions>,
  ) {
    return mapPage(await this.sessions.list(actor, filter, page), toSession);
  }

  @Post('revoke-others')
  @Operation({
    summary: 'End every session but this one, at once',
    access: 'authenticated',
    answers: EndedSessionsAnswer,
    message: 'Ended.',
  })
  async endOthers(@CurrentActor() actor: UserActor) {
    return { ended: await this.sessions.endOthers(actor, 'revoked') };
  }

  @Delete(':id')
  @Operation({
    summary: 'End one of one’s own sessions, at once',
    access: 'authenticated',
    message: 'Ended.',
    fails: ['not_found'],
  })
  async end(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    await this.sessions.end(actor, id);
  }
}
