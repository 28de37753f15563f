import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { ReconciliationsService } from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  FindingAnswer,
  ListFindings,
  ListReconciliations,
  ReconciliationAnswer,
  ReconciliationsAnswer,
  StartReconciliation,
  toFinding,
  toReconciliation,
} from './payment-reconciliations.dto.ts';

@Controller('api/payments/reconciliations')
export class PaymentReconciliationsController {
  constructor(private readonly reconciliations: ReconciliationsService) {}

  @Get()
  @Operation({
    summary: 'Comparisons of what the providers say with what stands here',
    access: ['admin'],
    answers: ReconciliationAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListReconciliations }) query: z.output<typeof ListReconciliations>,
  ) {
    const { page, created: started, updated: finished, ...filter } = query;
    const found = await this.reconciliations.list(actor, { ...filter, started, finished }, page);
    return mapPage(found, toReconciliation);
  }

  @Post()
  @Idempotent()
  @Operation({
    summary: 'Compare now, and take in what was missed; one comparison for each provider',
    description: 'Happens by itself every night.',
    access: ['admin'],
    answers: ReconciliationsAnswer,
    status: 201,
    message: 'It has begun.',
  })
  async start(
    @CurrentActor() actor: UserActor,
    @Body({ schema: StartReconciliation }) { days }: z.output<typeof StartReconciliation>,
  ) {
    return (await this.reconciliations.request(actor, days)).map(toReconciliation);
  }

  @Get(':id')
  @Operation({
    summary: 'A comparison',
    access: ['admin'],
    answers: ReconciliationAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toReconciliation(await this.reconciliations.get(actor, id));
  }

  @Get(':id/findings')
  @Operation({
    summary: 'What was not as the provider says; what could not be repaired first',
    access: ['admin'],
    answers: FindingAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async findings(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListFindings }) { page, ...filter }: z.output<typeof ListFindings>,
  ) {
    return mapPage(await this.reconciliations.findings(actor, id, filter, page), toFinding);
  }
}
