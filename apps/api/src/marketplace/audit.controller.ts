import { Controller, Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { AuditTrail } from '#emr';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  AuditEntryAnswer,
  AuditStatsAnswer,
  CountAudit,
  ListAudit,
  toAuditEntry,
  toAuditStats,
} from './audit.dto.ts';

@Controller('api/audit')
export class AuditController {
  constructor(private readonly trail: AuditTrail) {}

  @Get('logs')
  @Operation({
    summary: 'Who did or tried what, to whose record, why and from where; newest first',
    access: ['admin'],
    answers: AuditEntryAnswer,
    paged: true,
  })
  async logs(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListAudit }) { page, filter }: z.output<typeof ListAudit>,
  ) {
    return mapPage(await this.trail.list(actor, filter, page), toAuditEntry);
  }

  @Get('stats')
  @Operation({
    summary: 'How much was done and refused: by action, by day, by whom; the filters of the log apply',
    description: 'Of the last 30 days, where `from` does not say otherwise.',
    access: ['admin'],
    answers: AuditStatsAnswer,
  })
  async stats(
    @CurrentActor() actor: UserActor,
    @Query({ schema: CountAudit }) filter: z.output<typeof CountAudit>,
  ) {
    return toAuditStats(await this.trail.stats(actor, filter));
  }
}
