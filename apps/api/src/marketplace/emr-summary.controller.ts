import { Controller, Get, Param, Post } from '@nestjs/common';
import { type ChartReference, MedicalSummaryService, SummaryPdfsService } from '#emr';
import type { UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { ChartId } from './emr-fields.ts';
import { SummaryAnswer, SummaryPdfAnswer, toSummary, toSummaryPdf } from './emr-summary.dto.ts';

@Controller('api/emr/summary')
export class EmrSummaryController {
  constructor(
    private readonly summaries: MedicalSummaryService,
    private readonly pdfs: SummaryPdfsService,
  ) {}

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

  @Get(':patient_id/pdf')
  @Operation({
    summary: 'A link to the summary that was printed last',
    access: 'authenticated',
    answers: SummaryPdfAnswer,
    fails: ['not_found'],
  })
  async printed(
    @CurrentActor() actor: UserActor,
    @Param('patient_id', { schema: ChartId }) chart: ChartReference,
  ) {
    return toSummaryPdf(await this.pdfs.latest(actor, chart));
  }

  @Post(':patient_id/pdf')
  @Operation({
    summary: 'Print the summary as the chart stands; once, however often it is asked for',
    access: 'authenticated',
    answers: SummaryPdfAnswer,
    message: 'The PDF is ready.',
    fails: ['not_found'],
  })
  async print(
    @CurrentActor() actor: UserActor,
    @Param('patient_id', { schema: ChartId }) chart: ChartReference,
  ) {
    return toSummaryPdf(await this.pdfs.generate(actor, chart));
  }
}
