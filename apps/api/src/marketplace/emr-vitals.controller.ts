import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { VitalsService, VitalTrendsService } from '#emr';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import {
  AskTrend,
  ListVitals,
  RecordVitals,
  TrendAnswer,
  toTrend,
  toVitals,
  UpdateVitals,
  VitalsAnswer,
} from './emr-vitals.dto.ts';

@Controller('api/emr/vitals')
export class EmrVitalsController {
  constructor(
    private readonly vitals: VitalsService,
    private readonly trends: VitalTrendsService,
  ) {}

  @Get()
  @Operation({
    summary: 'Vital signs of oneself, or of the patients one treats, the last recorded first',
    access: 'authenticated',
    answers: VitalsAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListVitals }) { page, ...filter }: z.output<typeof ListVitals>,
  ) {
    return mapPage(await this.vitals.list(actor, filter, page), toVitals);
  }

  @Post()
  @Idempotent()
  @Operation({
    summary: 'Record vital signs of oneself, or of a patient one treats',
    access: 'authenticated',
    answers: VitalsAnswer,
    status: 201,
    message: 'Recorded.',
    fails: ['not_found'],
  })
  async record(
    @CurrentActor() actor: UserActor,
    @Body({ schema: RecordVitals }) { chart, ...reading }: z.output<typeof RecordVitals>,
  ) {
    return toVitals(await this.vitals.record(actor, chart, reading));
  }

  @Get('trends')
  @Operation({
    summary: 'How one vital sign of oneself, or of a patient one treats, went over time',
    access: 'authenticated',
    answers: TrendAnswer,
    fails: ['not_found'],
  })
  async trend(
    @CurrentActor() actor: UserActor,
    @Query({ schema: AskTrend }) { chart, ...question }: z.output<typeof AskTrend>,
  ) {
    return toTrend(await this.trends.of(actor, chart, question));
  }

  @Get(':id')
  @Operation({
    summary: 'One set of vital signs',
    access: 'authenticated',
    answers: VitalsAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toVitals(await this.vitals.get(actor, id));
  }

  @PutAndPatch(':id')
  @Operation({
    summary: 'Correct vital signs that one recorded; those that are left out stay, null takes one back',
    access: 'authenticated',
    answers: VitalsAnswer,
    message: 'Saved.',
    fails: ['forbidden', 'not_found', 'conflict'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdateVitals }) changes: z.output<typeof UpdateVitals>,
  ) {
    return toVitals(await this.vitals.update(actor, id, changes));
  }
}
