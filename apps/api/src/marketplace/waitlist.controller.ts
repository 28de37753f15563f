import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { WaitlistService } from '#appointments';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import { JoinWaitlist, ListWaitlist, toWaitlistEntry, WaitlistAnswer } from './waitlist.dto.ts';

@Controller('api/appointments/waitlist')
export class WaitlistController {
  constructor(private readonly waitlist: WaitlistService) {}

  @Get()
  @Operation({
    summary: 'What one waits for, or who waits for one as a doctor, longest first; an administrator sees all',
    access: 'authenticated',
    answers: WaitlistAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListWaitlist }) { page, ...filter }: z.output<typeof ListWaitlist>,
  ) {
    const found = await this.waitlist.list(actor, filter, page);
    return mapPage(found, (entry) => toWaitlistEntry(entry, actor.userId));
  }

  @Post()
  @Idempotent()
  @Operation({
    summary: 'Wait until a doctor has time on certain days; a slot that gets free is then kept for one',
    access: ['patient'],
    answers: WaitlistAnswer,
    status: 201,
    message: 'You are told when a slot gets free.',
    fails: ['not_found', 'conflict'],
  })
  async join(
    @CurrentActor() actor: UserActor,
    @Body({ schema: JoinWaitlist }) request: z.output<typeof JoinWaitlist>,
  ) {
    return toWaitlistEntry(await this.waitlist.join(actor, request), actor.userId);
  }

  @Get(':id')
  @Operation({
    summary: 'An entry of the waitlist, with the slot that is kept at the moment',
    access: 'authenticated',
    answers: WaitlistAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toWaitlistEntry(await this.waitlist.get(actor, id), actor.userId);
  }

  @Delete(':id')
  @Operation({
    summary: 'Wait no longer; a slot that is kept goes to the next in line',
    access: 'authenticated',
    message: 'You wait no longer.',
    fails: ['forbidden', 'not_found', 'conflict'],
  })
  async withdraw(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    await this.waitlist.withdraw(actor, id);
  }
}
