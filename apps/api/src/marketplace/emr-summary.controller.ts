import { Controller, Get, Param } from '@nestjs/common';
import { type ChartReference, MedicalSummaryService } from '#emr';
import type { UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { ChartId } from './emr-fields.ts';
import { SummaryAnswer, toSummary } from './emr-summary.dto.ts';

@Controller('api/emr/summary')
export class EmrSummaryController {
  constructor(private readonly summaries: MedicalSummaryService) {}

  @Get(':patient_id')
  @Operation({
    summary: 'The chart of oneself, or of a patient one treats, at a glance',
    access: 'authenticated',
    answers: SummaryAnswer,
    fails: ['not_found'],
  })
  async get(
    @CurrentActor() actor: UserActor,
    @Param('patient_id', { schema: ChartId }) chart: ChartReference,
  ) {
    return toSummary(await this.summaries.get(actor, chart), actor.userId);
  }
}
