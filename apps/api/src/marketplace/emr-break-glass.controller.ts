import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { BreakGlassService } from '#emr';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  EmergencyAnswer,
  ListEmergencies,
  OpenInEmergency,
  ReviewEmergency,
  toEmergency,
} from './emr-break-glass.dto.ts';

@Controller('api/emr/break-glass')
export class EmrBreakGlassController {
  constructor(private readonly emergencies: BreakGlassService) {}

  @Get()
  @Operation({
    summary:
      'Emergency accesses: all for administrators, else those to one’s chart or by oneself; newest first',
    access: 'authenticated',
    answers: EmergencyAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListEmergencies }) { page, ...filter }: z.output<typeof ListEmergencies>,
  ) {
    return mapPage(await this.emergencies.list(actor, filter, page), toEmergency);
  }

  @Post()
  @Idempotent()
  @Operation({
    summary: 'Open the chart of a patient whom one does not treat, for reading, for an hour',
    description:
      'The patient is told, every reading is marked in the audit log, and an administrator reviews it.',
    access: ['doctor'],
    answers: EmergencyAnswer,
    status: 201,
    message: 'The chart is open for an hour. The patient has been told.',
    fails: ['not_found', 'conflict', 'rate_limited'],
  })
  async open(
    @CurrentActor() actor: UserActor,
    @Body({ schema: OpenInEmergency }) { patient, reason }: z.output<typeof OpenInEmergency>,
  ) {
    return toEmergency(await this.emergencies.open(actor, patient, reason));
  }

  @Get(':id')
  @Operation({
    summary: 'One emergency access',
    access: 'authenticated',
    answers: EmergencyAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toEmergency(await this.emergencies.get(actor, id));
  }

  @Post(':id/review')
  @Operation({
    summary: 'Say whether an emergency access was justified, once; one that was not ends at once',
    access: ['admin'],
    answers: EmergencyAnswer,
    message: 'Reviewed.',
    fails: ['not_found', 'conflict'],
  })
  async review(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ReviewEmergency }) review: z.output<typeof ReviewEmergency>,
  ) {
    return toEmergency(await this.emergencies.review(actor, id, review));
  }
}
