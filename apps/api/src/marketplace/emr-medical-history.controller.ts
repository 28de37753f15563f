import { Body, Controller, Get, Param } from '@nestjs/common';
import type { z } from 'zod';
import { type ChartReference, MedicalHistoriesService } from '#emr';
import type { UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import { ChartId } from './emr-fields.ts';
import { MedicalHistoryAnswer, toMedicalHistory, UpdateMedicalHistory } from './emr-medical-history.dto.ts';

@Controller('api/emr/medical-history')
export class EmrMedicalHistoryController {
  constructor(private readonly histories: MedicalHistoriesService) {}

  @Get(':patient_id')
  @Operation({
    summary: 'The medical history of oneself, or of a patient one treats',
    access: 'authenticated',
    answers: MedicalHistoryAnswer,
    fails: ['not_found'],
  })
  async get(
    @CurrentActor() actor: UserActor,
    @Param('patient_id', { schema: ChartId }) chart: ChartReference,
  ) {
    return toMedicalHistory(await this.histories.get(actor, chart));
  }

  @PutAndPatch(':patient_id')
  @Operation({
    summary: 'Write sections of the history anew; those that are left out stay',
    access: 'authenticated',
    answers: MedicalHistoryAnswer,
    message: 'Saved.',
    fails: ['not_found'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Param('patient_id', { schema: ChartId }) chart: ChartReference,
    @Body({ schema: UpdateMedicalHistory }) changes: z.output<typeof UpdateMedicalHistory>,
  ) {
    return toMedicalHistory(await this.histories.update(actor, chart, changes));
  }
}
