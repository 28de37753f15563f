import { Controller, Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import type { UserActor } from '#kernel';
import { EarningsService } from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { AskEarnings, EarningsAnswer, toEarnings } from './earnings.dto.ts';

@Controller('api/payments/earnings')
export class EarningsController {
  constructor(private readonly earnings: EarningsService) {}

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
}
