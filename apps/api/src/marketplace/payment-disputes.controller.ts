import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { DisputesService } from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { DisputeAnswer, ListDisputes, toDispute } from './payment-disputes.dto.ts';

@Controller('api/payments/disputes')
export class PaymentDisputesController {
  constructor(private readonly disputes: DisputesService) {}

  @Get()
  @Operation({
    summary: 'Payments whose banks ask for the money back',
    access: ['admin'],
    answers: DisputeAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListDisputes }) query: z.output<typeof ListDisputes>,
  ) {
    const { page, transaction_id, ...filter } = query;
    return mapPage(
      await this.disputes.list(actor, { ...filter, paymentId: transaction_id }, page),
      toDispute,
    );
  }

  @Get(':id')
  @Operation({ summary: 'A dispute', access: ['admin'], answers: DisputeAnswer, fails: ['not_found'] })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toDispute(await this.disputes.get(actor, id));
  }
}
