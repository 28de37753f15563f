import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { AvailabilityService } from '#availability';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { IfMatch } from '../http/if-match.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import { CreateRule, ListRules, RuleAnswer, toRule, UpdateRule } from './availability.dto.ts';

@Controller('api/doctors/availability')
export class AvailabilityController {
  constructor(private readonly availability: AvailabilityService) {}

  @Get()
  @Operation({
    summary: 'One’s own hours',
    access: ['doctor'],
    answers: RuleAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListRules }) { page, ...filter }: z.output<typeof ListRules>,
  ) {
    return mapPage(await this.availability.list(actor, filter, page), toRule);
  }

  @Post()
  @Operation({
    summary: 'Add weekly hours, hours on one date, or time away',
    access: ['doctor'],
    answers: RuleAnswer,
    status: 201,
    message: 'Saved.',
    fails: ['not_found', 'conflict'],
  })
  async create(
    @CurrentActor() actor: UserActor,
    @Body({ schema: CreateRule }) rule: z.output<typeof CreateRule>,
  ) {
    return toRule(await this.availability.create(actor, rule));
  }

  @Get(':id')
  @Operation({
    summary: 'One line of one’s hours',
    access: ['doctor'],
    answers: RuleAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toRule(await this.availability.get(actor, id));
  }

  @PutAndPatch(':id')
  @Operation({
    summary: 'Change one line of one’s hours',
    access: ['doctor'],
    answers: RuleAnswer,
    message: 'Saved.',
    fails: ['not_found', 'conflict'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdateRule }) changes: z.output<typeof UpdateRule>,
    @IfMatch() version?: number,
  ) {
    return toRule(await this.availability.update(actor, id, changes, version));
  }

  @Delete(':id')
  @Operation({
    summary: 'Take one line of one’s hours away; visits that are booked stay',
    access: ['doctor'],
    message: 'Removed.',
    fails: ['not_found'],
  })
  async remove(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    await this.availability.remove(actor, id);
  }
}
