import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { CommissionRulesService } from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  CommissionRuleAnswer,
  ListCommissionRules,
  SetCommissionRule,
  toCommissionRule,
} from './commission.dto.ts';

@Controller('api/payments/commission-rules')
export class CommissionController {
  constructor(private readonly rules: CommissionRulesService) {}

  @Get()
  @Operation({
    summary: 'What the platform keeps, and kept: rules for all doctors and for single ones, newest first',
    description:
      'Of two rules that are in force the one that was set last counts; a doctor’s own goes first.',
    access: ['admin'],
    answers: CommissionRuleAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListCommissionRules }) query: z.output<typeof ListCommissionRules>,
  ) {
    const { page, doctor_id, ...filter } = query;
    const found = await this.rules.list(actor, { ...filter, practitionerId: doctor_id }, page);
    return mapPage(found, toCommissionRule);
  }

  @Post()
  @Idempotent()
  @Operation({
    summary: 'Set what the platform keeps of payments that are opened from now or later on',
    access: ['admin'],
    answers: CommissionRuleAnswer,
    status: 201,
    message: 'The rule is set.',
    fails: ['not_found'],
  })
  async set(
    @CurrentActor() actor: UserActor,
    @Body({ schema: SetCommissionRule }) rule: z.output<typeof SetCommissionRule>,
  ) {
    return toCommissionRule(await this.rules.set(actor, rule));
  }

  @Get(':id')
  @Operation({ summary: 'A rule', access: ['admin'], answers: CommissionRuleAnswer, fails: ['not_found'] })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toCommissionRule(await this.rules.get(actor, id));
  }

  @Post(':id/end')
  @Operation({
    summary: 'End a rule now; one that has not begun never does',
    access: ['admin'],
    answers: CommissionRuleAnswer,
    message: 'The rule has ended.',
    fails: ['not_found', 'conflict'],
  })
  async end(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toCommissionRule(await this.rules.end(actor, id));
  }
}
