import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { DependantsService } from '#patients';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import {
  AddDependant,
  DependantAnswer,
  ListDependants,
  RemovedDependantAnswer,
  toDependant,
  UpdateDependant,
} from './dependants.dto.ts';

@Controller('api/patients/dependants')
export class DependantsController {
  constructor(private readonly dependants: DependantsService) {}

  @Get()
  @Operation({
    summary: 'The people in one’s care, by first name',
    access: ['patient'],
    answers: DependantAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListDependants }) { page, status, ...filter }: z.output<typeof ListDependants>,
  ) {
    const found = await this.dependants.list(actor, { ...filter, archived: status === 'archived' }, page);
    return mapPage(found, toDependant);
  }

  @Post()
  @Idempotent()
  @Operation({
    summary: 'Open a chart for somebody in one’s care; one books, pays, joins and reads for them',
    access: ['patient'],
    answers: DependantAnswer,
    status: 201,
    message: 'Added.',
  })
  async add(
    @CurrentActor() actor: UserActor,
    @Body({ schema: AddDependant }) details: z.output<typeof AddDependant>,
  ) {
    return toDependant(await this.dependants.add(actor, details));
  }

  @Get(':id')
  @Operation({
    summary: 'Somebody in one’s care',
    access: ['patient'],
    answers: DependantAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toDependant(await this.dependants.get(actor, id));
  }

  @PutAndPatch(':id')
  @Operation({
    summary: 'Change what is known of somebody in one’s care, or take them into or out of the archive',
    access: ['patient'],
    answers: DependantAnswer,
    message: 'Saved.',
    fails: ['not_found'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdateDependant }) changes: z.output<typeof UpdateDependant>,
  ) {
    return toDependant(await this.dependants.update(actor, id, changes));
  }

  @Delete(':id')
  @Operation({
    summary: 'Remove somebody from one’s care; a chart with records is archived, for records are kept',
    access: ['patient'],
    answers: RemovedDependantAnswer,
    message: 'Removed.',
    fails: ['not_found'],
  })
  async remove(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return { outcome: await this.dependants.remove(actor, id) };
  }
}
