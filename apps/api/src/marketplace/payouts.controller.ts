import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import {
  PayoutDecisionsService,
  PayoutDraftsService,
  PayoutStatementsService,
  PayoutsService,
} from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import {
  CreatePayout,
  GeneratedAnswer,
  GeneratePayouts,
  ItemizedPayoutAnswer,
  ListPayouts,
  PayoutAnswer,
  StatementAnswer,
  toGenerated,
  toItemizedPayout,
  toPayout,
  toStatement,
  UpdatePayout,
} from './payouts.dto.ts';

@Controller('api/payments/payouts')
export class PayoutsController {
  constructor(
    private readonly payouts: PayoutsService,
    private readonly drafts: PayoutDraftsService,
    private readonly decisions: PayoutDecisionsService,
    private readonly statements: PayoutStatementsService,
  ) {}

  @Get()
  @Operation({ summary: 'All payouts, newest first', access: ['admin'], answers: PayoutAnswer, paged: true })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListPayouts }) query: z.output<typeof ListPayouts>,
  ) {
    const { page, doctor_id, period_from, period_to, ...filter } = query;
    const period = { from: period_from, to: period_to };
    const found = await this.payouts.list(actor, { ...filter, period, practitionerId: doctor_id }, page);
    return mapPage(found, toPayout);
  }

  @Post()
  @Idempotent()
  @Operation({
    summary: 'Draft a payout of all that a doctor can be paid, or an advance of a part of it',
    access: ['admin'],
    answers: PayoutAnswer,
    status: 201,
    message: 'Drafted. Another administrator approves it.',
    fails: ['not_found', 'conflict'],
  })
  async create(
    @CurrentActor() actor: UserActor,
    @Body({ schema: CreatePayout }) draft: z.output<typeof CreatePayout>,
  ) {
    return toPayout(await this.drafts.create(actor, draft));
  }

  @Post('generate')
  @Idempotent()
  @Operation({
    summary: 'Draft what a doctor has earned in a period, one payout for each currency; again, the same ones',
    description:
      'What is to be taken off is taken off whenever it happened. A period that was paid gets another payout ' +
      'only for what was earned in it since. With `preview` nothing is drafted.',
    access: ['admin'],
    answers: GeneratedAnswer,
    message: 'See what became of each currency.',
    fails: ['not_found'],
  })
  async generate(
    @CurrentActor() actor: UserActor,
    @Body({ schema: GeneratePayouts }) request: z.output<typeof GeneratePayouts>,
  ) {
    return toGenerated(await this.drafts.generate(actor, request));
  }

  @Get(':id')
  @Operation({
    summary: 'A payout with what it pays',
    access: ['admin'],
    answers: ItemizedPayoutAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toItemizedPayout(await this.payouts.get(actor, id));
  }

  @Get(':id/statement')
  @Operation({
    summary: 'The statement of a payout that was paid, as a PDF',
    access: ['admin'],
    answers: StatementAnswer,
    fails: ['not_found', 'conflict'],
  })
  async statement(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toStatement(await this.statements.get(actor, id));
  }

  @PutAndPatch(':id')
  @Operation({
    summary: 'Approve a payout, also one that failed; cancel one; take a note',
    description: 'Whoever drafted a payout, or is paid by it, does not approve it (`own_payout`).',
    access: ['admin'],
    answers: PayoutAnswer,
    message: 'Saved.',
    fails: ['forbidden', 'not_found', 'conflict'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdatePayout }) changes: z.output<typeof UpdatePayout>,
  ) {
    return toPayout(await this.decisions.update(actor, id, changes));
  }
}
