import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { AuditTrail, type ChartReference } from '#emr';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { AccessAnswer, ListAccesses, toAccess } from './emr-access-log.dto.ts';
import { ChartId } from './emr-fields.ts';

@Controller('api/emr/access-log')
export class EmrAccessLogController {
  constructor(private readonly trail: AuditTrail) {}

  @Get(':patient_id')
  @Operation({
    summary: 'Who saw or changed what in one’s chart, when and why; newest first',
    access: 'authenticated',
    answers: AccessAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Param('patient_id', { schema: ChartId }) chart: ChartReference,
    @Query({ schema: ListAccesses }) { page, ...filter }: z.output<typeof ListAccesses>,
  ) {
    return mapPage(await this.trail.ofChart(actor, chart, filter, page), toAccess);
  }
}
