import { Body, Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { type ChartReference, MedicalHistoriesService } from '#emr';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { IfMatch } from '../http/if-match.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import { ChartId } from './emr-fields.ts';
import {
  HistoryVersionAnswer,
  ListVersions,
  MedicalHistoryAnswer,
  toHistoryVersion,
  toMedicalHistory,
  UpdateMedicalHistory,
} from './emr-medical-history.dto.ts';

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
    description:
      'With `If-Match: <version>` nothing is written over a later version than the one that was read.',
    access: 'authenticated',
    answers: MedicalHistoryAnswer,
    message: 'Saved.',
    fails: ['not_found', 'conflict'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Param('patient_id', { schema: ChartId }) chart: ChartReference,
    @Body({ schema: UpdateMedicalHistory }) changes: z.output<typeof UpdateMedicalHistory>,
    @IfMatch() version?: number,
  ) {
    return toMedicalHistory(await this.histories.update(actor, chart, changes, version));
  }

  @Get(':patient_id/versions')
  @Operation({
    summary: 'Every version of the history: who wrote what, and when; the newest first',
    access: 'authenticated',
    answers: HistoryVersionAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async versions(
    @CurrentActor() actor: UserActor,
    @Param('patient_id', { schema: ChartId }) chart: ChartReference,
    @Query({ schema: ListVersions }) { page, ...filter }: z.output<typeof ListVersions>,
  ) {
    return mapPage(await this.histories.versions(actor, chart, filter, page), toHistoryVersion);
  }
}
