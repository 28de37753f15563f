import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { EarningsService, PayoutStatementsService, PayoutsService } from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { AskEarnings, EarningsAnswer, toEarnings } from './earnings.dto.ts';
import {
  DoctorPayoutAnswer,
  ItemizedDoctorPayoutAnswer,
  ListOwnPayouts,
  StatementAnswer,
  toDoctorPayout,
  toItemizedDoctorPayout,
  toStatement,
} from './payouts.dto.ts';

@Controller('api/payments/earnings')
export class EarningsController {
  constructor(
    private readonly earnings: EarningsService,
    private readonly payouts: PayoutsService,
    private readonly statements: PayoutStatementsService,
  ) {}

  @Get()
  @Operation({
    summary: 'What a doctor has earned: one’s own, or for an administrator that of doctor_id',
    access: ['doctor', 'admin'],
    answers: EarningsAnswer,
    fails: ['not_found'],
  })
  async summary(
    @CurrentActor() actor: UserActor,
    @Query({ schema: AskEarnings }) { doctor_id }: z.output<typeof AskEarnings>,
  ) {
    return toEarnings(await this.earnings.summary(actor, doctor_id));
  }

  @Get('payouts')
  @Operation({
    summary: 'One’s own payouts, newest first',
    access: ['doctor'],
    answers: DoctorPayoutAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async listPayouts(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListOwnPayouts }) query: z.output<typeof ListOwnPayouts>,
  ) {
    const { page, period_from, period_to, ...filter } = query;
    const period = { from: period_from, to: period_to };
    return mapPage(await this.payouts.listOwn(actor, { ...filter, period }, page), toDoctorPayout);
  }

  @Get('payouts/:id')
  @Operation({
    summary: 'One’s own payout with what it pays',
    access: ['doctor'],
    answers: ItemizedDoctorPayoutAnswer,
    fails: ['not_found'],
  })
  async getPayout(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toItemizedDoctorPayout(await this.payouts.getOwn(actor, id));
  }

  @Get('payouts/:id/statement')
  @Operation({
    summary: 'The statement of one’s own payout that was paid, as a PDF',
    access: ['doctor'],
    answers: StatementAnswer,
    fails: ['not_found', 'conflict'],
  })
  async statement(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toStatement(await this.statements.getOwn(actor, id));
  }
}
